/** Photographers of the soak: each has marked photos and sidecars in one kind of storage, own channels and an admin. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import type { DropboxEmulator } from '../dev/emulators/dropbox.ts'
import type { R2Server } from '../dev/emulators/r2.ts'
import { Secret } from '../src/base/secret.ts'
import { resolvePaths } from '../src/contract/paths.ts'
import { parsePhotoName } from '../src/ports/photo.ts'
import type { PhotoStore } from '../src/ports/storage.ts'
import { createDropboxStore } from '../src/providers/storage/dropbox.ts'
import { createLocalStore } from '../src/providers/storage/local.ts'
import { createS3Store } from '../src/providers/storage/s3.ts'

export type StorageKind = 'dropbox' | 's3' | 'local'

export const app = { key: 'soak-app-key', secret: 'canary-app-secret' }

export interface Tenant {
  name: string
  kind: StorageKind
  /** True when the orchestrator gives this tenant's configuration a TTL of only five seconds. */
  isShortLived: boolean
  /** Storage settings of the configuration and the credentials. */
  config: Record<string, unknown>
  credentials: Record<string, unknown> | undefined
  /** Direct access to the storage. */
  store: PhotoStore
}

/** Returns the mark of a photo, which is appended to its file and written into its sidecar. */
export function markOf(tenant: string, photo: string): string {
  return `${tenant}/${photo}`
}

export const markPattern = /soak\d{4}\/[a-z0-9]+/

const kinds = ['dropbox', 's3', 'local'] as const

export interface Storages {
  /** `LOCAL_STORAGE_ROOT` of the hosts. */
  directory: string
  dropbox: DropboxEmulator
  dropboxUrl: string
  r2: R2Server
  /** Address of the S3 server for the hosts. */
  s3Endpoint: string
}

/** Opens a tenant. Tenants use the kinds of storage in turn, and every tenth is short-lived. */
export async function openTenant(index: number, storages: Storages): Promise<Tenant> {
  const name = `soak${String(index).padStart(4, '0')}`
  const kind = kinds[index % kinds.length] ?? 'local'
  return { name, kind, isShortLived: index % 10 === 9, ...(await opened(kind, name, storages)) }
}

async function opened(kind: StorageKind, name: string, storages: Storages) {
  const ref = `${name}-storage`
  if (kind === 'local') {
    const root = 'photos'
    const baseDirectory = join(storages.directory, name)
    await mkdir(join(baseDirectory, root), { recursive: true })
    const store = createLocalStore({ paths: pathsBelow(root), baseDirectory, link: async () => '' })
    return { config: { provider: kind, paths: { root } }, credentials: undefined, store }
  }
  if (kind === 's3') {
    const { r2, s3Endpoint } = storages
    const keys = { access_key_id: r2.accessKeyId, secret_access_key: r2.secretAccessKey }
    const place = { bucket: r2.bucket, region: 'auto' }
    const store = createS3Store({
      provider: kind,
      paths: pathsBelow(name),
      credentials: fixed({
        ...place,
        access_key_id: new Secret(r2.accessKeyId),
        secret_access_key: new Secret(r2.secretAccessKey),
        endpoint_url: r2.endpoint,
      }),
      allowPrivateEndpoints: true,
    })
    return {
      config: { provider: kind, credentials_ref: ref, paths: { root: name } },
      credentials: { provider: 's3', version: '1', ...keys, ...place, endpoint_url: s3Endpoint },
      store,
    }
  }
  const refreshToken = `canary-refresh-token-of-${name}`
  storages.dropbox.addAccount(name, refreshToken)
  const store = createDropboxStore({
    paths: pathsBelow('/Photos'),
    credentials: fixed({ refresh_token: new Secret(refreshToken) }),
    app: { key: app.key, secret: new Secret(app.secret) },
    baseUrl: storages.dropboxUrl,
  })
  return {
    config: { provider: kind, credentials_ref: ref, paths: { root: '/Photos' } },
    credentials: { provider: kind, version: '1', refresh_token: refreshToken },
    store,
  }
}

/** Resolves the contract's default folders. */
function pathsBelow(root: string) {
  return resolvePaths({ root, archive: 'archive', keep: 'keep', remove: 'reject' })
}

function fixed<T>(credentials: T) {
  return { get: async () => credentials, reject: () => undefined }
}

/** Ids of the photos that each tenant begins with. */
export const firstPhotos = ['a', 'b', 'c'] as const

/** Stores the first photos, each with a sidecar that contains a foreign field with its mark. */
export async function fill({ name, store }: Tenant): Promise<void> {
  await Promise.all(
    firstPhotos.map(async (photo) => {
      const file = parsePhotoName(`${photo}.jpg`)
      const bytes = await markedPhoto(name, photo)
      await store.upload('root', file, new Blob([bytes]).stream(), bytes.byteLength)
      await store.writeSidecar('root', file, sidecarOf(name, photo))
    }),
  )
}

function sidecarOf(tenant: string, photo: string): string {
  const mark = markOf(tenant, photo)
  return `\n\n# ---\n# soak_mark: ${mark}\n# caption: Words of ${tenant}.\n# caption_edited: True\n`
}

let picture: Promise<Buffer> | undefined

/** Returns a small picture with its mark appended, which only the soak reads. */
export async function markedPhoto(tenant: string, photo: string): Promise<Uint8Array<ArrayBuffer>> {
  picture ??= sharp({ create: { width: 320, height: 240, channels: 3, background: '#a43' } })
    .jpeg()
    .toBuffer()
  return new Uint8Array(Buffer.concat([await picture, Buffer.from(markOf(tenant, photo))]))
}
