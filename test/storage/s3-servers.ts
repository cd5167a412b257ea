/** Two S3 servers that nobody here wrote, each with an empty bucket. */
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from '@20minutes/s3rver'
import { Miniflare } from 'miniflare'

export interface S3Server {
  endpoint: string
  bucket: string
  accessKeyId: string
  secretAccessKey: string
  close(): Promise<void>
}

const bucket = 'photos'

/** Cloudflare's own R2 for development: it checks signatures and honours conditional writes. */
export async function startR2(): Promise<S3Server> {
  const keys = { accessKeyId: 'r2-access-key', secretAccessKey: 'r2-secret-canary' }
  const miniflare = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    logRequests: false,
    workers: [
      {
        config: {
          name: 'r2',
          compatibilityDate: '2026-11-01',
          manifest: {
            mainModule: 'worker.js',
            modules: {
              'worker.js': { type: 'esm', contents: 'export default { fetch: () => new Response() }' },
            },
          },
          env: { BUCKET: { type: 'r2', name: bucket, dev: { experimentalS3Credentials: keys } } },
        },
      },
    ],
  })
  const url = await miniflare.ready
  return { endpoint: `${url.origin}/cdn-cgi/local/r2/s3`, bucket, ...keys, close: () => miniflare.dispose() }
}

/** s3rver: an S3 on disk that ignores `If-None-Match`. */
export async function startS3rver(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'publisher-s3rver-'))
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  })
  const { port }: AddressInfo = await server.run()
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket,
    accessKeyId: 'S3RVER',
    secretAccessKey: 'S3RVER',
    async close() {
      await server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
