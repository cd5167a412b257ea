/** Writes, copies and deletes objects of one bucket. */
import type { S3Client } from './client.ts'
import { storageUnavailable } from './errors.ts'
import { exactLength } from './exact-length.ts'
import { type Metadata, metadataHeaders } from './metadata.ts'
import { isCopied } from './xml.ts'

export interface PutOptions {
  contentType: string
  metadata?: Metadata
  /** Writes only if no object has this key. Some servers ignore the condition and overwrite: see conditions.ts. */
  ifAbsent?: boolean
  ifEtag?: string
  /** Reports a forbidden write as `storage_unavailable` instead of rejected credentials: they may allow only reading. */
  isOptional?: boolean
}

/** Outcome of a write. `exists`: the condition failed. `unsupported`: the server refuses conditions and wrote nothing. */
export type PutOutcome = 'written' | 'exists' | 'unsupported'

interface CopyOptions {
  /** Copies only if the source still has this entity tag. */
  sourceEtag: string
  contentType: string
  metadata: Metadata
}

export interface ObjectWrites {
  put(key: string, body: string | Uint8Array<ArrayBuffer>, options: PutOptions): Promise<PutOutcome>
  putStream(key: string, body: ReadableStream<Uint8Array>, size: number, contentType: string): Promise<void>
  /** Copies the object. Returns false if the source is gone or has changed. */
  copy(source: string, target: string, options: CopyOptions): Promise<boolean>
  /** Deletes the object. A missing object is not an error. */
  delete(key: string): Promise<void>
}

/** Creates the writing operations of a bucket. */
export function createObjectWrites(client: S3Client): ObjectWrites {
  return {
    async put(key, body, { contentType, metadata = {}, ifAbsent, ifEtag, isOptional = false }) {
      const headers = {
        'content-type': contentType,
        ...metadataHeaders(metadata),
        ...(ifAbsent && { 'if-none-match': '*' }),
        ...(ifEtag !== undefined && { 'if-match': `"${ifEtag}"` }),
      }
      const response = await client.send({ method: 'PUT', key, body, headers, isOptional })
      // AWS answers 404 to `If-Match` on a missing object.
      if (response.status === 412 || (response.status === 404 && ifEtag !== undefined)) return 'exists'
      if (response.status === 400 || response.status === 501) return 'unsupported'
      if (!response.ok) throw unexpected(response)
      return 'written'
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
      const headers = {
        'x-amz-copy-source': await client.copySource(source),
        'x-amz-copy-source-if-match': `"${sourceEtag}"`,
        'x-amz-metadata-directive': 'REPLACE',
        'content-type': contentType,
        ...metadataHeaders(metadata),
      }
      const response = await client.send({ method: 'PUT', key: target, headers })
      const xml = await response.text()
      if (!response.ok) return false
      if (!isCopied(xml)) throw storageUnavailable(new Error('The S3 server did not finish a copy.'))
      return true
    },

    async delete(key) {
      await client.send({ method: 'DELETE', key })
    },
  }
}

function unexpected({ status }: Response) {
  return storageUnavailable(new Error(`The S3 server answered ${status} to a write.`))
}

/** Wraps the stream for Workers, which send a length only with a `FixedLengthStream`. Node uses the header. */
function withLength(body: ReadableStream<Uint8Array>, size: number): ReadableStream<Uint8Array> {
  const FixedLength: unknown = Reflect.get(globalThis, 'FixedLengthStream')
  return typeof FixedLength === 'function'
    ? // Constructor as documented for Workers ("FixedLengthStream").
      body.pipeThrough(Reflect.construct(FixedLength, [size]) as TransformStream<Uint8Array, Uint8Array>)
    : body
}
