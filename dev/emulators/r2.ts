/** Runs Cloudflare's own R2 for development as an S3 server, which checks signatures and honours conditional writes. */
import { Miniflare } from 'miniflare'

export interface R2Server {
  endpoint: string
  bucket: string
  accessKeyId: string
  secretAccessKey: string
  close(): Promise<void>
}

/** Starts a server with an empty bucket, in memory, on a free port of loopback. */
export async function startR2(bucket = 'photos'): Promise<R2Server> {
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
