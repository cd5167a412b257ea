/** The demo's storages: each tenant has a storage of a different kind, filled with photos from this disk. */
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Secret } from '../../src/base/secret.ts'
import { isPhotoName, sidecarName } from '../../src/ports/photo.ts'
import { createS3Store } from '../../src/providers/storage/s3.ts'
import { createDropboxEmulator } from '../emulators/dropbox.ts'
import { createGoogleDriveEmulator } from '../emulators/gdrive.ts'
import { startR2 } from '../emulators/r2.ts'
import { newcomer } from './newcomer.ts'

/** Entries of a tenant's storage in the orchestrator's two files. */
export interface DemoStorage {
  description: string
  config: Record<string, unknown>
  /** Secrets by reference. */
  secrets: Record<string, Record<string, unknown>>
}

/** Describes the tenant's folder below the host's `LOCAL_STORAGE_ROOT`. `directory` tells people where it is. */
export function localStorage(directory: string): DemoStorage {
  return {
    description: `a folder: ${directory}`,
    config: { provider: 'local', paths: { root: '/' } },
    secrets: {},
  }
}

export interface S3Emulator {
  /** Copies the photos and sidecars of a directory into a folder of the bucket. */
  storage(tenant: string, directory: string): Promise<DemoStorage>
  close(): Promise<void>
}

/** Starts S3: Cloudflare's R2 for development. */
export async function startS3(): Promise<S3Emulator> {
  const { endpoint, bucket, accessKeyId, secretAccessKey, close } = await startR2()
  return {
    close,
    async storage(tenant, directory) {
      await fillBucket(tenant, directory, { endpoint, bucket, accessKeyId, secretAccessKey })
      const credentials = {
        provider: 's3',
        access_key_id: accessKeyId,
        secret_access_key: secretAccessKey,
        endpoint_url: endpoint,
        bucket,
        region: 'auto',
      }
      return {
        description: 'S3: Cloudflare R2 for development',
        config: { provider: 's3', credentials_ref: `${tenant}-storage`, paths: { root: tenant } },
        secrets: { [`${tenant}-storage`]: credentials },
      }
    },
  }
}

/**
 * Starts the emulated Dropbox, with the app that the publisher uses. `folders` are those of the newcomer's account, which no app is
 * connected to yet, with the directories of this machine that they show.
 */
export async function startDropbox(
  tenant: string,
  directory: string,
  folders: Readonly<Record<string, string>>,
  callback: string,
) {
  const app = { key: 'demo-app-key', secret: 'demo-app-secret' }
  const emulator = createDropboxEmulator({ app, redirectUris: [callback] })
  const refreshToken = `demo-refresh-token-of-${tenant}`
  await emulator.addAccount(tenant, refreshToken).seedFromDirectory(directory, '/Photos')
  const account = emulator.addAccount(newcomer)
  for (const [path, source] of Object.entries(folders)) await account.seedFromDirectory(source, path)
  const server = await emulator.listen()
  const storage: DemoStorage = {
    description: 'Dropbox: an emulator on this machine',
    config: { provider: 'dropbox', credentials_ref: `${tenant}-storage`, paths: { root: '/Photos' } },
    secrets: { [`${tenant}-storage`]: { provider: 'dropbox', refresh_token: refreshToken } },
  }
  return { storage, app, url: server.url, close: server.close }
}

/** Starts the emulated Google Drive, with the app that the publisher uses. */
export async function startGoogleDrive(tenant: string, directory: string, callback: string) {
  const app = { id: 'demo-google-client-id', secret: 'demo-google-client-secret' }
  const emulator = createGoogleDriveEmulator({ app, redirectUris: [callback] })
  const refreshToken = `demo-google-refresh-token-of-${tenant}`
  await emulator.addAccount(tenant, refreshToken).seedFromDirectory(directory, '/Photos')
  const server = await emulator.listen()
  const storage: DemoStorage = {
    description: 'Google Drive: an emulator on this machine',
    config: { provider: 'gdrive', credentials_ref: `${tenant}-storage`, paths: { root: 'Photos' } },
    secrets: { [`${tenant}-storage`]: { provider: 'gdrive', refresh_token: refreshToken } },
  }
  return { storage, app, url: server.url, close: server.close }
}

interface Bucket {
  endpoint: string
  bucket: string
  accessKeyId: string
  secretAccessKey: string
}

async function fillBucket(
  tenant: string,
  directory: string,
  { endpoint, bucket, accessKeyId, secretAccessKey }: Bucket,
) {
  const credentials = {
    access_key_id: new Secret(accessKeyId),
    secret_access_key: new Secret(secretAccessKey),
    endpoint_url: endpoint,
    bucket,
    region: 'auto',
  }
  const store = createS3Store({
    provider: 's3',
    paths: { root: tenant, archive: `${tenant}/archive`, keep: `${tenant}/keep`, remove: `${tenant}/reject` },
    credentials: { get: async () => credentials, reject: () => undefined },
    allowPrivateEndpoints: true,
  })
  const names = await readdir(directory)
  for (const name of names.filter(isPhotoName)) {
    const path = join(directory, name)
    // Node has its own type for the same web stream.
    const body = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>
    await store.upload('root', name, body, (await stat(path)).size)
    if (names.includes(sidecarName(name))) {
      await store.writeSidecar('root', name, await readFile(join(directory, sidecarName(name)), 'utf8'))
    }
  }
}
