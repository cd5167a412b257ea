/** Photographers with photos in storages of their own, for suites that look at photos. */
import sharp from 'sharp'
import { createDropboxEmulator } from '../../dev/emulators/dropbox.ts'
import { type R2Server, startR2 } from '../../dev/emulators/r2.ts'
import { createS3Store } from '../../src/providers/storage/s3.ts'
import { Secret } from '../../src/secret.ts'
import { parsePhotoName } from '../../src/workflow/photo.ts'
import type { PhotoStore } from '../../src/workflow/ports/storage.ts'
import { baseDomain, type Fleet } from './fleet.ts'

/** Secrets that must turn up in no answer and in no log line. */
export const canary = 'canary'
export const dropboxApp = { key: 'app-key', secret: `${canary}-app-secret` }

export interface Storages extends AsyncDisposable {
  dropboxUrl: string
  /** A tenant whose photos lie in a folder of the bucket; gives the store to fill it. */
  onS3(fleet: Pick<Fleet, 'orchestrator'>, tenant: string, features?: Record<string, boolean>): PhotoStore
  /** A tenant with a Dropbox account; gives the account to fill it. */
  onDropbox(
    fleet: Pick<Fleet, 'orchestrator'>,
    tenant: string,
  ): { seed(path: string, content: Uint8Array | string): Promise<void> }
}

export async function startStorages(): Promise<Storages> {
  const r2 = await startR2()
  const dropbox = createDropboxEmulator({ app: dropboxApp })
  const server = await dropbox.listen()
  return {
    dropboxUrl: server.url,
    onS3(fleet, tenant, features = { auto_view_enabled: true }) {
      const ref = `${tenant}-storage`
      const storage = { provider: 's3', credentials_ref: ref, paths: { root: tenant } }
      fleet.orchestrator.tenants.set(`${tenant}.${baseDomain}`, { config: { features, storage } })
      fleet.orchestrator.credentials.set(`${tenant}/${ref}`, credentialsOf(r2))
      return storeOf(r2, tenant)
    },
    onDropbox(fleet, tenant) {
      const ref = `${tenant}-storage`
      const refreshToken = `${canary}-refresh-token-of-${tenant}`
      const storage = { provider: 'dropbox', credentials_ref: ref, paths: { root: '/Photos' } }
      fleet.orchestrator.tenants.set(`${tenant}.${baseDomain}`, {
        config: { features: { auto_view_enabled: true }, storage },
      })
      fleet.orchestrator.credentials.set(`${tenant}/${ref}`, {
        provider: 'dropbox',
        refresh_token: refreshToken,
      })
      return dropbox.addAccount(tenant, refreshToken)
    },
    async [Symbol.asyncDispose]() {
      await server.close()
      await r2.close()
    },
  }
}

function credentialsOf({
  endpoint,
  bucket,
  accessKeyId,
  secretAccessKey,
}: R2Server): Record<string, unknown> {
  return {
    provider: 's3',
    version: '1',
    access_key_id: accessKeyId,
    secret_access_key: secretAccessKey,
    endpoint_url: endpoint,
    bucket,
    region: 'auto',
  }
}

function storeOf({ endpoint, bucket, accessKeyId, secretAccessKey }: R2Server, root: string): PhotoStore {
  const credentials = {
    access_key_id: new Secret(accessKeyId),
    secret_access_key: new Secret(secretAccessKey),
    endpoint_url: endpoint,
    bucket,
    region: 'auto',
  }
  return createS3Store({
    provider: 's3',
    paths: { root, archive: `${root}/archive`, keep: `${root}/keep`, remove: `${root}/reject` },
    credentials: { get: async () => credentials, reject: () => undefined },
    allowPrivateEndpoints: true,
  })
}

/** A small picture of one colour. */
export function picture(red: number, width = 120, height = 80): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: { r: red, g: 80, b: 160 } } })
    .jpeg()
    .withExif({
      IFD0: { Artist: `${canary}-artist` },
      IFD3: { GPSLatitude: '52/1 30/1 0/1', GPSLatitudeRef: 'N' },
    })
    .toBuffer()
}

export async function upload(store: PhotoStore, name: string, bytes: Uint8Array): Promise<void> {
  const body = new Blob([new Uint8Array(bytes)]).stream()
  await store.upload('root', parsePhotoName(name), body, bytes.byteLength)
}
