/** Writes, copies and deletes objects of one bucket. */
import type { S3Client } from './client.ts'
import { storageUnavailable } from './errors.ts'
import { exactLength } from './exact-length.ts'
import { type Metadata, metadataHeaders } from './metadata.ts'
import { isCopied } from './xml.ts'

export interface PutOptions {
  contentType: string
  metadata?: Metadata
  /** Only where there is no object of this key yet. Some servers ignore it and overwrite: see conditions.ts. */
  ifAbsent?: boolean
  ifEtag?: string
}

/** `exists`: a condition was not met. `unsupported`: the server refuses conditions and has written nothing. */
export type PutOutcome = 'written' | 'exists' | 'unsupported'

interface CopyOptions {
  /** Only while the source is still at this entity tag. */
  sourceEtag: string
  contentType: string
  metadata: Metadata
}

export interface ObjectWrites {
  put(key: string, body: string | Uint8Array<ArrayBuffer>, options: PutOptions): Promise<PutOutcome>
  putStream(key: string, body: ReadableStream<Uint8Array>, size: number, contentType: string): Promise<void>
  /** False where the source is gone or has changed. */
  copy(source: string, target: string, options: CopyOptions): Promise<boolean>
  /** Deleting a key without an object is no error. */
  delete(key: string): Promise<void>
}

/** Makes the writing half of the bucket's operations. */
export function createObjectWrites(client: S3Client): ObjectWrites {
  return {
    async put(key, body, { contentType, metadata = {}, ifAbsent, ifEtag }) {
      const headers = {
        'content-type': contentType,
        ...metadataHeaders(metadata),
        ...(ifAbsent && { 'if-none-match': '*' }),
        ...(ifEtag !== undefined && { 'if-match': `"${ifEtag}"` }),
      }
      const response = await client.send({ method: 'PUT', key, body, headers })
      // AWS says 404 where an object that If-Match is about has gone.
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

/** Workers send a length with a stream only when it is of this kind; Node takes the header's word. */
function withLength(body: ReadableStream<Uint8Array>, size: number): ReadableStream<Uint8Array> {
  const FixedLength: unknown = Reflect.get(globalThis, 'FixedLengthStream')
  return typeof FixedLength === 'function'
    ? // The constructor that Workers document ("FixedLengthStream").
      body.pipeThrough(Reflect.construct(FixedLength, [size]) as TransformStream<Uint8Array, Uint8Array>)
    : body
}
