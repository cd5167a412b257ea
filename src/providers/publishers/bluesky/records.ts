/** Reads and removes records of posts on an account's server, and tries its session. */
import { z } from 'zod'
import { RetryableError, type RetryPolicy, withRetry } from '../../../base/retry.ts'
import type { Posted } from '../../../ports/publisher.ts'
import { callFailure, retryable } from './errors.ts'
import type { Session } from './login.ts'
import { atUriOf, collection, webAddressOf } from './record.ts'
import { callXrpc, type XrpcAnswer, type XrpcServer } from './xrpc.ts'

export interface RecordTools {
  /** Returns the server of a session. */
  serverOf(session: Session): XrpcServer
  retry: RetryPolicy
}

const recordSchema = z.object({ cid: z.string().max(200) })

/**
 * Asks the server for a post. Returns `null` if the account certainly has no such post. Throws {@link RetryableError} if the server
 * does not answer, or the errors of {@link callFailure}.
 */
export async function findPost(
  { serverOf, retry }: RecordTools,
  session: Session,
  recordKey: string,
  signal: AbortSignal,
): Promise<Posted | null> {
  const query = { repo: session.did, collection, rkey: recordKey }
  const call = { method: 'com.atproto.repo.getRecord', query }
  const answer = await repeated(retry, signal, (attempt) => callXrpc(serverOf(session), call, attempt))
  if (isAbsent(answer)) return null
  if (answer.status !== 200) throw callFailure(answer)
  const record = recordSchema.safeParse(answer.body)
  if (!record.success) throw new RetryableError('Bluesky answered without a record.')
  return postedAs(session, recordKey, record.data.cid)
}

/** Older servers give no name to this error. */
function isAbsent({ status, error, message }: XrpcAnswer): boolean {
  if (status !== 400 && status !== 404) return false
  return error === 'RecordNotFound' || message.startsWith('Could not locate record')
}

export function postedAs({ did }: Session, recordKey: string, cid: string): Posted {
  return {
    postId: atUriOf(did, recordKey),
    url: webAddressOf(did, recordKey),
    notes: { rkey: recordKey, cid },
  }
}

/** Deletes a post. A post that is gone already is a success. Throws as {@link findPost} does. */
export async function deletePost(
  { serverOf, retry }: RecordTools,
  session: Session,
  recordKey: string,
  signal: AbortSignal,
): Promise<void> {
  const input = { repo: session.did, collection, rkey: recordKey }
  const call = { method: 'com.atproto.repo.deleteRecord', access: session.access, input }
  const answer = await repeated(retry, signal, (attempt) => callXrpc(serverOf(session), call, attempt))
  if (answer.status !== 200) throw callFailure(answer)
}

/** Asks the server if it still accepts the session. Throws as {@link findPost} does. */
export async function askSession(
  { serverOf, retry }: RecordTools,
  session: Session,
  signal: AbortSignal,
): Promise<void> {
  const call = { method: 'com.atproto.server.getSession', access: session.access }
  const answer = await repeated(retry, signal, (attempt) => callXrpc(serverOf(session), call, attempt))
  if (answer.status !== 200) throw callFailure(answer)
}

/** Repeats a call that may run twice until an answer is not merely passing. */
async function repeated(
  retry: RetryPolicy,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<XrpcAnswer>,
): Promise<XrpcAnswer> {
  return withRetry(
    async (attempt) => {
      const answer = await call(attempt).catch((error: unknown) => {
        throw retryable(error)
      })
      const failure = answer.status === 200 ? undefined : callFailure(answer)
      if (failure instanceof RetryableError) throw failure
      return answer
    },
    retry,
    signal,
  )
}
