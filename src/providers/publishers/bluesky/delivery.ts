/** Delivers one post: uploads the picture and creates the record under a key that makes a second post impossible. */
import { z } from 'zod'
import { isPublisherError, type PublisherError } from '../../../base/errors.ts'
import { RetryableError, withRetry } from '../../../base/retry.ts'
import type { Post, Posted } from '../../../ports/publisher.ts'
import { callFailure, causeOf, giveUp, outcomeUnknown, retryable, unavailable } from './errors.ts'
import { detectFacets, type Facet } from './facets.ts'
import type { Session } from './login.ts'
import { withMentions } from './mentions.ts'
import { type Blob, blobSchema, collection, recordOf } from './record.ts'
import { findPost, postedAs, type RecordTools } from './records.ts'
import { AnswerLost, callXrpc, type XrpcAnswer } from './xrpc.ts'

export interface DeliveryOptions extends RecordTools {
  post: Post
  recordKey: string
  label: string | undefined
  langs: readonly string[]
  /** Time of the post, RFC 3339. */
  createdAt: string
  signal: AbortSignal
}

const uploadedSchema = z.object({ blob: blobSchema })
const createdSchema = z.object({ cid: z.string().max(200) })

export interface Delivery {
  /** Delivers the post. May run again with another session, and then repeats only what is missing. */
  run(session: Session): Promise<Posted>
  /** Returns the error for people after the last {@link run}: an unknown outcome if a request may still create the record. */
  failureOf(error: unknown): PublisherError
}

/** Prepares the delivery of one post. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { serverOf, retry, post, recordKey, label, langs, createdAt, signal } = options
  let uploaded: { did: string; blob: Blob } | undefined
  let facets: readonly Facet[] | undefined
  /** True once a request whose answer is missing may still create the record. */
  let mayHaveArrived = false

  async function upload(session: Session): Promise<Blob> {
    const { bytes, mediaType } = post.picture
    const call = {
      method: 'com.atproto.repo.uploadBlob',
      access: session.access,
      file: { bytes, mediaType },
    }
    return withRetry(
      async (attempt) => {
        const answer = await callXrpc(serverOf(session), call, attempt).catch((error: unknown) => {
          throw retryable(error)
        })
        if (answer.status !== 200) throw callFailure(answer)
        const parsed = uploadedSchema.safeParse(answer.body)
        if (!parsed.success) throw new RetryableError('Bluesky answered the upload without a reference.')
        return parsed.data.blob
      },
      retry,
      signal,
    )
  }

  async function findFacets(session: Session): Promise<readonly Facet[]> {
    const detected = detectFacets(post.caption)
    return withMentions(serverOf(session), detected.facets, detected.mentions, signal)
  }

  /** Sends the record once. Asks for the record if the answer does not tell. */
  async function create(session: Session, record: object, attempt: AbortSignal): Promise<Posted> {
    // `swapRecord: null` creates the record only if the key is free.
    const input = { repo: session.did, collection, rkey: recordKey, record, swapRecord: null }
    const call = { method: 'com.atproto.repo.putRecord', access: session.access, input }
    const answer = await callXrpc(serverOf(session), call, attempt).catch((error: unknown) => {
      if (error instanceof AnswerLost) return error
      throw error
    })
    if (!(answer instanceof AnswerLost)) {
      const created = createdSchema.safeParse(answer.body)
      if (answer.status === 200 && created.success) return postedAs(session, recordKey, created.data.cid)
      if (isRefusal(answer)) throw callFailure(answer)
    }
    const isOver = !(answer instanceof AnswerLost) && isFailureOfServer(answer)
    if (!isOver) mayHaveArrived = true
    const found = await findPost(options, session, recordKey, signal)
    if (found) return found
    const cause = answer instanceof AnswerLost ? answer : causeOf(answer)
    throw new RetryableError(cause.message, { cause })
  }

  return {
    async run(session) {
      try {
        // Bytes belong to the account that uploaded them.
        if (uploaded?.did !== session.did) uploaded = { did: session.did, blob: await upload(session) }
        facets ??= await findFacets(session)
        const record = recordOf({ post, blob: uploaded.blob, facets, label, langs, createdAt })
        return await withRetry((attempt) => create(session, record, attempt), retry, signal)
      } catch (error) {
        throw giveUp(error)
      }
    },
    failureOf(error) {
      if (mayHaveArrived) return outcomeUnknown(error)
      return isPublisherError(error) ? error : unavailable(error)
    },
  }
}

/** Checks if the server certainly did not create the record, and has no record under the key. */
function isRefusal({ status, error }: XrpcAnswer): boolean {
  return status >= 400 && status < 500 && error !== 'InvalidSwap' && status !== 408
}

/** Checks if the server itself has ended the request with an error. A gateway's 502 says nothing about the server. */
function isFailureOfServer({ status, error }: XrpcAnswer): boolean {
  return (status === 500 && error === 'InternalServerError') || error === 'InvalidSwap'
}
