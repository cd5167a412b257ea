/** Reads objects of one bucket: their properties, their bytes as a stream, or small objects whole. */
import { z } from 'zod'
import type { SmallFile } from '../../../ports/sidecar-file.ts'
import type { S3Client } from './client.ts'
import { AnswerTooLarge, storageUnavailable } from './errors.ts'
import { type Metadata, metadataOf } from './metadata.ts'
import { unquote } from './xml.ts'

/** Properties of an object, from a HEAD request. */
export interface ObjectHead {
  etag: string
  size: number
  modifiedAt: Date
  contentType: string | null
  metadata: Metadata
}

/** Object that was read whole. Its revision is the entity tag. */
export interface SmallObject extends SmallFile {
  /** Time of the last write, by the server's clock. */
  modifiedAt: Date
}

/** Read operations. All functions return `null` for a missing object. */
export interface ObjectReads {
  head(key: string): Promise<ObjectHead | null>
  /** Returns the object as a stream, which the caller must read to its end or cancel. */
  get(key: string): Promise<{ head: ObjectHead; body: ReadableStream<Uint8Array> } | null>
  /** Returns the whole object, or `too_large` beyond the limit. Reads little more than the limit. */
  getAtMost(key: string, maxBytes: number): Promise<SmallObject | 'too_large' | null>
}

/** Creates the reading operations of a bucket. */
export function createObjectReads(client: S3Client): ObjectReads {
  return {
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
        const { etag: revision, modifiedAt } = toHead(response)
        return { revision, modifiedAt, bytes: new Uint8Array(await response.arrayBuffer()) }
      } catch (error) {
        if (error instanceof AnswerTooLarge) return 'too_large'
        throw error
      }
    },
  }
}

/** Reads the properties. Throws `storage_unavailable` for an answer that is not from S3. */
function toHead({ headers }: Response): ObjectHead {
  const etag = unquote(headers.get('etag') ?? '')
  const modifiedAt = new Date(headers.get('last-modified') ?? 0)
  if (etag === '' || Number.isNaN(modifiedAt.getTime()))
    throw storageUnavailable(new Error('The S3 server left out required headers of an object.'))
  return {
    etag,
    size: z.coerce.number().int().nonnegative().catch(0).parse(headers.get('content-length')),
    modifiedAt,
    contentType: headers.get('content-type'),
    metadata: metadataOf(headers),
  }
}
