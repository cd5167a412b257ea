/**
 * An S3 server in a process of its own, for galleries of many large photos. Seeded objects share files of this machine; written objects
 * stay in memory. Checks no signature. Prints its port. `GET /-/calls` returns the calls by kind since the last such request.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { z } from 'zod'
import { errorAnswer } from '../../test/support/fakes/s3-bucket.ts'

interface StoredObject {
  content: { file: string } | { bytes: Uint8Array }
  size: number
  /** Entity tag without quotes. */
  etag: string
  headers: Record<string, string>
}

const seedsSchema = z.array(z.object({ keys: z.array(z.string()), file: z.string() }))
export type S3Seeds = z.input<typeof seedsSchema>

const objects = new Map<string, StoredObject>()
let calls: Record<string, number> = {}

/** Adds objects with the content of a file. Each has an entity tag of its own, so that caches keep them apart. */
async function seed(): Promise<void> {
  for (const { keys, file } of seedsSchema.parse(JSON.parse(process.env.BENCH_S3_SEEDS ?? '[]'))) {
    const { size } = await stat(file)
    for (const key of keys) {
      const etag = createHash('md5').update(key).digest('hex')
      objects.set(key, { content: { file }, size, etag, headers: { 'content-type': 'image/jpeg' } })
    }
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://s3.test')
  if (url.pathname === '/-/calls') {
    response.end(JSON.stringify({ calls, previews: [...objects.keys()].filter(isPreview).length }))
    calls = {}
    return
  }
  const [, , ...segments] = url.pathname.split('/')
  const key = segments.map(decodeURIComponent).join('/')
  const { method = 'GET' } = request
  const kind = key === '' ? 'LIST' : `${method} ${kindOf(key)}`
  calls[kind] = (calls[kind] ?? 0) + 1
  if (key === '') return void response.end(listing(url.searchParams))
  if (method === 'PUT') return put(key, request, response)
  const found = objects.get(key)
  if (method === 'DELETE') {
    objects.delete(key)
    return void response.writeHead(204).end()
  }
  if (!found) return refuse(response, 404, 'NoSuchKey')
  get(found, request, response)
}

function get(found: StoredObject, { method, headers }: IncomingMessage, response: ServerResponse): void {
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? []
  const start = Number(first)
  const end = Math.min(last === '' ? found.size : Number(last) + 1, found.size)
  response.writeHead(headers.range ? 206 : 200, {
    ...found.headers,
    etag: `"${found.etag}"`,
    'last-modified': 'Mon, 05 Jan 2026 10:00:00 GMT',
    'content-length': end - start,
    ...(headers.range && { 'content-range': `bytes ${start}-${end - 1}/${found.size}` }),
  })
  if (method === 'HEAD') return void response.end()
  if ('bytes' in found.content) return void response.end(found.content.bytes.subarray(start, end))
  const file = createReadStream(found.content.file, { start, end: end - 1, highWaterMark: 256 * 1024 })
  response.on('close', () => file.destroy())
  file.pipe(response)
}

async function put(key: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { headers } = request
  const bytes = await buffer(request)
  const there = objects.get(key)
  const isStale = headers['if-match'] !== undefined && headers['if-match'] !== `"${there?.etag}"`
  if (isStale || (headers['if-none-match'] === '*' && there))
    return refuse(response, 412, 'PreconditionFailed')
  const kept = Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name === 'content-type' || name.startsWith('x-amz-meta-') ? [[name, String(value)]] : [],
    ),
  )
  const source = headers['x-amz-copy-source']
  if (typeof source === 'string') {
    const path = decodeURIComponent(source)
    const original = objects.get(path.slice(path.indexOf('/', 1) + 1))
    if (!original) return refuse(response, 404, 'NoSuchKey')
    objects.set(key, { ...original, headers: kept })
    return void response.end(`<CopyObjectResult><ETag>"${original.etag}"</ETag></CopyObjectResult>`)
  }
  const etag = createHash('md5').update(bytes).digest('hex')
  objects.set(key, { content: { bytes }, size: bytes.length, etag, headers: kept })
  response.writeHead(200, { etag: `"${etag}"` }).end()
}

function listing(query: URLSearchParams): string {
  const prefix = query.get('prefix') ?? ''
  const after = query.get('continuation-token') ?? ''
  const isFlat = query.get('delimiter') === null
  const size = Number(query.get('max-keys') ?? 1000)
  const rest = [...objects]
    .filter(([key]) => key.startsWith(prefix) && key > after)
    .filter(([key]) => isFlat || !key.slice(prefix.length).includes('/'))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
  const page = rest.slice(0, size)
  const contents = page.map(
    ([key, { etag, size }]) =>
      `<Contents><Key>${encodeURIComponent(key)}</Key><LastModified>2026-01-05T10:00:00.000Z</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${size}</Size></Contents>`,
  )
  const next = rest.length > size ? `<NextContinuationToken>${page.at(-1)?.[0]}</NextContinuationToken>` : ''
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${next !== ''}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`
}

function kindOf(key: string): string {
  if (isPreview(key)) return 'preview'
  if (key.includes('/.publisher/')) return 'record'
  return key.endsWith('.txt') ? 'sidecar' : 'original'
}

function isPreview(key: string): boolean {
  return key.includes('/.publisher/previews/')
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const { body, headers } = errorAnswer(status, code)
  response.writeHead(status, headers).end(body)
}

await seed()
const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy())
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`)
})
