/** Objects of one bucket: the few operations that the store is made of. */
import { z } from 'zod'
import type { S3Client } from './client.ts'
import { AnswerTooLarge, storageUnavailable } from './errors.ts'
import { exactLength } from './exact-length.ts'
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
  /** Only where there is no object of this key yet. Some servers ignore it and overwrite: see conditions.ts. */
  ifAbsent?: boolean
  ifEtag?: string
}

/** `exists`: a condition was not met. `unsupported`: the server refuses conditions and has written nothing. */
export type PutOutcome = 'written' | 'exists' | 'unsupported'

export interface CopyOptions {
  /** Only while the source is still at this entity tag. */
  sourceEtag: string
  contentType: string
  metadata: Readonly<Record<string, string>>
}

export interface S3Objects {
  head(key: string): Promise<ObjectHead | null>
  get(key: string): Promise<{ head: ObjectHead; body: ReadableStream<Uint8Array> } | null>
  /** The whole object, `too_large` beyond the limit. Reads little more than the limit. */
  getAtMost(
    key: string,
    maxBytes: number,
  ): Promise<{ head: ObjectHead; bytes: Uint8Array } | 'too_large' | null>
  put(key: string, body: string | Uint8Array<ArrayBuffer>, options: PutOptions): Promise<PutOutcome>
  putStream(key: string, body: ReadableStream<Uint8Array>, size: number, contentType: string): Promise<void>
  /** False where the source is gone or has changed. */
  copy(source: string, target: string, options: CopyOptions): Promise<boolean>
  delete(key: string): Promise<void>
  /** Objects directly below the prefix. */
  list(prefix: string): Promise<ListedObject[]>
}

/** A million objects in one folder, at the page size that S3 allows. */
const maxPages = 1000
const metadataPrefix = 'x-amz-meta-'

export function createS3Objects(client: S3Client, pageSize: number): S3Objects {
  async function put(
    key: string,
    body: string | Uint8Array<ArrayBuffer>,
    options: PutOptions,
  ): Promise<PutOutcome> {
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
    // AWS says 404 where an object that If-Match is about has gone.
    if (response.status === 412 || (response.status === 404 && options.ifEtag !== undefined)) return 'exists'
    if (response.status === 400 || response.status === 501) return 'unsupported'
    if (!response.ok) throw unexpected(response)
    return 'written'
  }

  return {
    put,

    async head(key) {
      const response = await client.send({ method: 'HEAD', key })
      return response.ok ? toHead(response) : null
    },

    async get(key) {
      const response = await client.send({ method: 'GET', key, streamsAnswer: true })
      if (!response.ok) return null
      const body = response.body ?? new Blob([]).stream()
      try {
        return { head: toHead(response), body }
      } catch (error) {
        await body.cancel()
        throw error
      }
    },

    async getAtMost(key, maxAnswerBytes) {
      try {
        const response = await client.send({ method: 'GET', key, maxAnswerBytes })
        if (!response.ok) return null
        return { head: toHead(response), bytes: new Uint8Array(await response.arrayBuffer()) }
      } catch (error) {
        if (error instanceof AnswerTooLarge) return 'too_large'
        throw error
      }
    },

    async putStream(key, body, size, contentType) {
      const headers = { 'content-type': contentType, 'content-length': String(size) }
      const { stream, failure } = exactLength(body, size)
      try {
        const response = await client.send({ method: 'PUT', key, body: withLength(stream, size), headers })
        if (!response.ok) throw unexpected(response)
      } catch (error) {
        throw failure() ?? error
      }
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
      await client.send({ method: 'DELETE', key })
    },

    async list(prefix) {
      const objects: ListedObject[] = []
      const tokens = new Set<string>()
      for (let next: string | undefined = ''; next !== undefined; ) {
        if (tokens.has(next) || tokens.size === maxPages)
          throw storageUnavailable(new Error('A listing of the S3 server does not end.'))
        tokens.add(next)
        const token: Record<string, string> = next === '' ? {} : { 'continuation-token': next }
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
        // A server that ignores the prefix would otherwise lend its other keys to this folder.
        objects.push(...found.objects.filter(({ key }) => key.startsWith(prefix)))
        next = found.next
      }
      return objects
    },
  }
}

function readPage(xml: string) {
  try {
    return parseListPage(xml)
  } catch (cause) {
    throw storageUnavailable(new Error('The S3 server sent a listing that cannot be read.', { cause }))
  }
}

function unexpected({ status }: Response) {
  return storageUnavailable(new Error(`The S3 server answered ${status} to a write.`))
}

/** Throws `storage_unavailable` for an answer that is none of S3's. */
function toHead({ headers }: Response): ObjectHead {
  const metadata = [...headers].flatMap(([name, value]) =>
    name.startsWith(metadataPrefix) ? [[name.slice(metadataPrefix.length), value]] : [],
  )
  const etag = unquote(headers.get('etag') ?? '')
  const modifiedAt = new Date(headers.get('last-modified') ?? 0)
  if (etag === '' || Number.isNaN(modifiedAt.getTime()))
    throw storageUnavailable(new Error('The S3 server says too little of an object.'))
  return {
    etag,
    size: z.coerce.number().int().nonnegative().catch(0).parse(headers.get('content-length')),
    modifiedAt,
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
