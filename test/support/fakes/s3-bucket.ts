/** In-memory bucket of the scripted S3: the operations that the store uses, without faults. */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export type Operation = 'list' | 'head' | 'get' | 'put' | 'copy' | 'delete'

export interface Answer {
  status: number
  body?: string | Uint8Array | undefined
  headers?: Record<string, string> | undefined
}

interface StoredObject {
  bytes: Uint8Array
  etag: string
  headers: Record<string, string>
}

export interface BucketRequest {
  operation: Operation
  key: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: Uint8Array
}

export function createBucket() {
  const objects = new Map<string, StoredObject>()

  function store(key: string, bytes: Uint8Array, headers: IncomingMessage['headers']): StoredObject {
    const kept = Object.entries(headers).flatMap(([name, value]) =>
      name === 'content-type' || name.startsWith('x-amz-meta-') ? [[name, String(value)]] : [],
    )
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`
    const object = { bytes, etag, headers: Object.fromEntries(kept) }
    objects.set(key, object)
    return object
  }

  function answer({ operation, key, query, headers, body }: BucketRequest): Answer {
    const found = objects.get(key)
    switch (operation) {
      case 'list':
        return { status: 200, body: listing([...objects], query) }
      case 'head':
      case 'get':
        if (!found) return errorAnswer(404, 'NoSuchKey')
        return {
          status: 200,
          body: found.bytes,
          headers: {
            ...found.headers,
            etag: found.etag,
            'last-modified': 'Mon, 05 Jan 2026 10:00:00 GMT',
            'content-length': String(found.bytes.length),
          },
        }
      case 'put':
        if (headers['if-none-match'] === '*' && found) return errorAnswer(412, 'PreconditionFailed')
        if (headers['if-match'] !== undefined && headers['if-match'] !== found?.etag)
          return found ? errorAnswer(412, 'PreconditionFailed') : errorAnswer(404, 'NoSuchKey')
        return { status: 200, headers: { etag: store(key, body, headers).etag } }
      case 'copy': {
        const source = objects.get(sourceKey(headers))
        if (!source) return errorAnswer(404, 'NoSuchKey')
        if (headers['x-amz-copy-source-if-match'] !== source.etag)
          return errorAnswer(412, 'PreconditionFailed')
        const { etag } = store(key, source.bytes, headers)
        return { status: 200, body: `<CopyObjectResult><ETag>${etag}</ETag></CopyObjectResult>` }
      }
      case 'delete':
        objects.delete(key)
        return { status: 204 }
    }
  }

  return {
    answer,
    seed: (key: string, content: string | Uint8Array) => {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
      store(key, bytes, { 'content-type': 'image/jpeg' })
    },
    bytesOf: (key: string) => {
      const found = objects.get(key)
      return found && Buffer.from(found.bytes)
    },
    /** Returns each key with its content, sorted. */
    contents: () =>
      Object.fromEntries(
        [...objects]
          .map(([key, { bytes }]) => [key, new TextDecoder().decode(bytes)] as const)
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ),
  }
}

export function errorAnswer(status: number, code: string) {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>No.</Message></Error>`
  return { status, body, headers: { 'content-type': 'application/xml' } }
}

export interface ListingEntry {
  key: string
  size?: number
  modifiedAt?: string
  etag?: string
}

/** Writes a page of ListObjectsV2. Keys and `head` (the elements before them) are inserted unescaped. */
export function listingXml(entries: readonly ListingEntry[], head: string): string {
  const contents = entries.map(
    ({ key, size = 600, modifiedAt = '2026-01-05T10:00:00.000Z', etag = '&quot;e&quot;' }) =>
      `<Contents><Key>${key}</Key><LastModified>${modifiedAt}</LastModified><ETag>${etag}</ETag><Size>${size}</Size></Contents>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult>${head}${contents.join('')}</ListBucketResult>`
}

function listing(objects: readonly (readonly [string, StoredObject])[], query: URLSearchParams): string {
  const prefix = query.get('prefix') ?? ''
  const after = query.get('continuation-token') ?? ''
  const size = Number(query.get('max-keys'))
  const rest = objects
    .filter(([key]) => key.startsWith(prefix) && !key.slice(prefix.length).includes('/') && key > after)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const page = rest.slice(0, size)
  const next = `<NextContinuationToken>${page.at(-1)?.[0]}</NextContinuationToken>`
  const entries = page.map(([key, { bytes, etag }]) => ({
    key: encodeURIComponent(key).replaceAll('%20', '+'),
    size: bytes.length,
    etag: etag.replaceAll('"', '&quot;'),
  }))
  const isTruncated = rest.length > size
  return listingXml(
    entries,
    `<EncodingType>url</EncodingType><IsTruncated>${isTruncated}</IsTruncated>${isTruncated ? next : ''}`,
  )
}

function sourceKey(headers: IncomingMessage['headers']): string {
  const path = decodeURIComponent(String(headers['x-amz-copy-source']))
  return path.slice(path.indexOf('/', 1) + 1)
}
