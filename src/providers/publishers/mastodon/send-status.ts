/**
 * Sends a post so that a lost answer never leads to a second post. Servers differ: Mastodon and Pleroma answer a repeated
 * `Idempotency-Key` with the earlier post, Pixelfed refuses a used key, and GoToSocial ignores keys. On all of them an upload belongs
 * to at most a single post. So this file asks for the post of the upload before it repeats the request with the same upload.
 */
import { isPublisherError, type PublisherError } from '../../../base/errors.ts'
import { RetryableError, withRetry } from '../../../base/retry.ts'
import type { Notes, RunningAttempt } from '../../../ports/publisher.ts'
import { type Answer, type Call, type MastodonServer, once, withoutAnswer } from './api.ts'
import { NoAnswer, outcomeUnknown, refused, scopeMissing } from './errors.ts'
import { findPosted, type Status, statusOf } from './statuses.ts'

/** Timeout of the last question about a post whose answer was lost. */
const lastQuestionMs = 10_000

/** Upper bound on the answers about a used key, after which the server's refusal counts. */
const maxDuplicates = 4

/** Body of `POST /api/v1/statuses`. */
export type StatusFields = NonNullable<Call['json']>

/** Posts once. `notes` name the upload. Throws the errors of `Publisher.publish`. */
export async function sendStatus(
  server: MastodonServer,
  fields: StatusFields,
  notes: Notes,
  { key, signal }: Pick<RunningAttempt, 'key' | 'signal'>,
): Promise<Status> {
  let lost: NoAnswer | undefined
  let duplicates = 0

  async function attempt(current: AbortSignal): Promise<Status> {
    const earlier = lost && (await findQuietly(server, notes, current))
    if (earlier) return earlier
    const answer = await postOnce(duplicates > 1 ? `${key}-2` : key, current)
    const status = answer.status < 300 ? statusOf(answer) : null
    if (status) return status
    if (answer.status < 300) {
      lost = new NoAnswer('the answer to a post names no ID', { status: answer.status })
      throw lost
    }
    if (isUsedKey(answer) && duplicates < maxDuplicates) return afterUsedKey(current)
    if (isUnprocessed(answer)) throw new RetryableError(answer.reason, { isOutage: false })
    // An upload that a post already has is refused: the request whose answer was lost has arrived.
    const arrived = lost && (await findQuietly(server, notes, current))
    if (arrived) return arrived
    throw refusalOf(answer)
  }

  async function postOnce(idempotencyKey: string, current: AbortSignal): Promise<Answer> {
    try {
      const call = { method: 'POST', path: '/api/v1/statuses', json: fields, key: idempotencyKey } as const
      return await once(server, call, current)
    } catch (error) {
      if (error instanceof NoAnswer) lost = error
      throw error
    }
  }

  /** The key is used: by a request still in progress, or by a refused post of an earlier attempt. */
  async function afterUsedKey(current: AbortSignal): Promise<Status> {
    duplicates += lost ? 1 : 2
    // A lost request may have used the key. Then only a clear answer permits another key.
    const found = lost ? await find(current) : await findQuietly(server, notes, current)
    if (found) return found
    if (duplicates > 1) return attempt(current)
    throw new RetryableError('the key is used, but its post is not there yet')
  }

  async function find(current: AbortSignal): Promise<Status | null> {
    try {
      return await findPosted(server, notes, current)
    } catch (cause) {
      throw new RetryableError('the key is used, and the server does not say by which post', { cause })
    }
  }

  try {
    return await withRetry(attempt, server.retry, signal)
  } catch (error) {
    return settled(server, notes, { error, lost, wasUsed: duplicates > 0 })
  }
}

/** Returns the post if it arrived after all, and otherwise throws the error for people. */
async function settled(
  server: MastodonServer,
  notes: Notes,
  { error, lost, wasUsed }: { error: unknown; lost: NoAnswer | undefined; wasUsed: boolean },
): Promise<Status> {
  if (!lost && !wasUsed) throw withoutAnswer(error)
  const answer = await findPosted(server, notes, AbortSignal.timeout(lastQuestionMs)).catch(() => undefined)
  if (answer) return answer
  const isFinished = lost?.status === 500 || lost?.status === 503
  // A server that answered itself has finished; a request behind a broken connection or a proxy may still arrive.
  if (answer === null && (isFinished || isPublisherError(error, 'publish_refused')))
    throw withoutAnswer(error)
  throw outcomeUnknown(error)
}

async function findQuietly(server: MastodonServer, notes: Notes, signal: AbortSignal) {
  // The key protects the repetition where the server does not answer the question.
  return findPosted(server, notes, signal).catch(() => null)
}

function isUsedKey({ status, reason }: Answer): boolean {
  return status === 400 && /duplicate idempotency key/i.test(reason)
}

/** Recognises the refusal of an upload that the server still processes after all. */
function isUnprocessed({ status, reason }: Answer): boolean {
  return status === 422 && /not finished processing/i.test(reason)
}

function refusalOf({ status, reason }: Answer): PublisherError {
  if (status === 403) return scopeMissing('write:statuses')
  return refused(reason)
}
