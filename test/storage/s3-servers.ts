/** S3 servers that nobody here wrote, each with an empty bucket. */
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from '@20minutes/s3rver'
import { AwsClient } from 'aws4fetch'
import type { R2Server } from '../../dev/emulators/r2.ts'

const bucket = 'photos'

/** Puts an object there without a store. */
export async function putObject(
  server: Omit<R2Server, 'close'>,
  key: string,
  bytes: Uint8Array,
): Promise<void> {
  const { endpoint, accessKeyId, secretAccessKey } = server
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    service: 's3',
    region: 'us-east-1',
    retries: 0,
  })
  const url = `${endpoint}/${server.bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
  const response = await client.fetch(
    url.replaceAll(/[()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`),
    {
      method: 'PUT',
      body: new Uint8Array(bytes),
    },
  )
  if (!response.ok) throw new Error(`The server answered ${response.status}: ${await response.text()}`)
}

/** s3rver: an S3 on disk that ignores `If-None-Match`. */
export async function startS3rver(): Promise<R2Server> {
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
