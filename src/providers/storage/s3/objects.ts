/** Objects of one bucket: the few operations that the store is made of. */
import { z } from 'zod'
import type { S3Client } from './client.ts'
import { storageUnavailable } from './errors.ts'
import { isCopied, type ListedObject, parseListPage, unquote } from './xml.ts'

/** What a HEAD tells. */
export interface ObjectHead {
  etag: string
  size: number
  modifiedAt: Date
  contentType: string | null
  /** Metadata of the owner's and of ours, without the `x-amz-meta-` before the names. */
  metadata: Readonly<Record<string, string>>
}

export interface PutOptions {
  contentType: string
  metadata?: Readonly<Record<string, string>>
  /** Only where there is no object of this key yet. A server that ignores it overwrites: see {@link S3Objects.honoursConditions}. */
  ifAbsent?: boolean
  ifEtag?: string
}

export interface CopyOptions {
  /** Only while the source is still at this entity tag. */
  sourceEtag: string
  contentType: string
  metadata: Readonly<Record<string, string>>
}

export interface S3Objects {
  head(key: string): Promise<ObjectHead | null>
  get(key: string): Promise<{ head: ObjectHead; body: ReadableStream<Uint8Array> } | null>
  getText(key: string): Promise<{ head: ObjectHead; text: string } | null>
  /** False where a condition was not met. */
  put(key: string, body: string, options: PutOptions): Promise<boolean>
  putStream(key: string, body: ReadableStream<Uint8Array>, size: number, contentType: string): Promise<void>
  /** False where the source is gone or has changed. */
  copy(source: string, target: string, options: CopyOptions): Promise<boolean>
  delete(key: string): Promise<void>
  /** Objects directly below the prefix. */
  list(prefix: string): Promise<ListedObject[]>
  /** Whether `If-None-Match: *` is honoured here; found out once, by trying. */
  honoursConditions(): Promise<boolean>
}

const metadataPrefix = 'x-amz-meta-'

export function createS3Objects(client: S3Client, probeKey: string, pageSize: number): S3Objects {
  let probe: Promise<boolean> | undefined

  async function put(key: string, body: string, options: PutOptions): Promise<boolean> {
    const response = await client.send({
      method: 'PUT',
      key,
      body,
      headers: {
        'content-type': options.contentType,
        ...metadataHeaders(options.metadata ?? {}),
        ...(options.ifAbsent && { 'if-none-match': '*' }),
        ...(options.ifEtag !== undefined && { 'if-match': `"${options.ifEtag}"` }),
      },
    })
    await response.body?.cancel()
    // AWS says 404 where an object that If-Match is about has gone.
    return response.ok
  }

  async function get(key: string) {
    const response = await client.send({ method: 'GET', key })
    if (response.ok) return { head: toHead(response), body: response.body ?? new Blob([]).stream() }
    await response.body?.cancel()
    return null
  }

  return {
    put,
    get,

    async head(key) {
      const response = await client.send({ method: 'HEAD', key })
      return response.ok ? toHead(response) : null
    },

    async getText(key) {
      const found = await get(key)
      return found && { head: found.head, text: await new Response(found.body).text() }
    },

    async putStream(key, body, size, contentType) {
      const headers = { 'content-type': contentType, 'content-length': String(size) }
      const response = await client.send({ method: 'PUT', key, body: withLength(body, size), headers })
      await response.body?.cancel()
      if (!response.ok)
        throw storageUnavailable(new Error(`The S3 server answered ${response.status} to an upload.`))
    },

    async copy(source, target, { sourceEtag, contentType, metadata }) {
      const response = await client.send({
        method: 'PUT',
        key: target,
        headers: {
          'x-amz-copy-source': await client.copySource(source),
          'x-amz-copy-source-if-match': `"${sourceEtag}"`,
          'x-amz-metadata-directive': 'REPLACE',
          'content-type': contentType,
          ...metadataHeaders(metadata),
        },
      })
      const xml = await response.text()
      if (!response.ok) return false
      if (!isCopied(xml)) throw storageUnavailable(new Error('The S3 server did not finish a copy.'))
      return true
    },

    async delete(key) {
      const response = await client.send({ method: 'DELETE', key })
      await response.body?.cancel()
    },

    async list(prefix) {
      const objects: ListedObject[] = []
      for (let next: string | undefined = '', page = 0; next !== undefined; page++) {
        const token: Record<string, string> = page === 0 ? {} : { 'continuation-token': next }
        const query = {
          'list-type': '2',
          prefix,
          delimiter: '/',
          'max-keys': String(pageSize),
          'encoding-type': 'url',
          ...token,
        }
        const response = await client.send({ method: 'GET', query })
        const found = readPage(await response.text())
        objects.push(...found.objects)
        next = found.next
      }
      return objects
    },

    honoursConditions() {
      probe ??= tryConditions(put, probeKey).catch((error: unknown) => {
        probe = undefined
        throw error
      })
      return probe
    },
  }
}

/** The second write of a key that exists has to be refused; so has the first where an earlier process has tried. */
async function tryConditions(put: S3Objects['put'], key: string): Promise<boolean> {
  const write = () =>
    put(key, 'This file shows that conditional writes work.\n', { contentType: 'text/plain', ifAbsent: true })
  return !(await write()) || !(await write())
}

function readPage(xml: string) {
  try {
    return parseListPage(xml)
  } catch (cause) {
    throw storageUnavailable(new Error('The S3 server sent a listing that cannot be read.', { cause }))
  }
}

function toHead({ headers }: Response): ObjectHead {
  const metadata = [...headers].flatMap(([name, value]) =>
    name.startsWith(metadataPrefix) ? [[name.slice(metadataPrefix.length), value]] : [],
  )
  return {
    etag: unquote(headers.get('etag') ?? ''),
    size: z.coerce.number().int().nonnegative().catch(0).parse(headers.get('content-length')),
    modifiedAt: new Date(headers.get('last-modified') ?? 0),
    contentType: headers.get('content-type'),
    metadata: Object.fromEntries(metadata),
  }
}

function metadataHeaders(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [metadataPrefix + name, value]))
}

/** Workers send a length with a stream only when it is of this kind; Node takes the header's word. */
function withLength(body: ReadableStream<Uint8Array>, size: number): ReadableStream<Uint8Array> {
  const FixedLength: unknown = Reflect.get(globalThis, 'FixedLengthStream')
  return typeof FixedLength === 'function'
    ? // The constructor that Workers document ("FixedLengthStream").
      body.pipeThrough(Reflect.construct(FixedLength, [size]) as TransformStream<Uint8Array, Uint8Array>)
    : body
}
