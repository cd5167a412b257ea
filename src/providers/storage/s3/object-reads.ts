/** Reads objects of one bucket: their properties, their bytes as a stream, or small ones whole. */
import { z } from 'zod'
import type { SmallFile } from '../../../ports/sidecar-file.ts'
import type { S3Client } from './client.ts'
import { AnswerTooLarge, storageUnavailable } from './errors.ts'
import { type Metadata, metadataOf } from './metadata.ts'
import { unquote } from './xml.ts'

/** Properties of an object, as a HEAD gives them. */
export interface ObjectHead {
  etag: string
  size: number
  modifiedAt: Date
  contentType: string | null
  metadata: Metadata
}

/** An object that was read whole. Its revision is the entity tag. */
export interface SmallObject extends SmallFile {
  /** Time of the last write, by the server's clock. */
  modifiedAt: Date
}

/** All functions give `null` where there is no such object. */
export interface ObjectReads {
  head(key: string): Promise<ObjectHead | null>
  /** The body is to be read to its end or cancelled. */
  get(key: string): Promise<{ head: ObjectHead; body: ReadableStream<Uint8Array> } | null>
  /** The whole object, `too_large` beyond the limit. Reads little more than the limit. */
  getAtMost(key: string, maxBytes: number): Promise<SmallObject | 'too_large' | null>
}

/** Makes the reading half of the bucket's operations. */
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

/** Throws `storage_unavailable` for an answer that is none of S3's. */
function toHead({ headers }: Response): ObjectHead {
  const etag = unquote(headers.get('etag') ?? '')
  const modifiedAt = new Date(headers.get('last-modified') ?? 0)
  if (etag === '' || Number.isNaN(modifiedAt.getTime()))
    throw storageUnavailable(new Error('The S3 server says too little of an object.'))
  return {
    etag,
    size: z.coerce.number().int().nonnegative().catch(0).parse(headers.get('content-length')),
    modifiedAt,
    contentType: headers.get('content-type'),
    metadata: metadataOf(headers),
  }
}
