/** Namespace that a store's paths are relative to: the member's own folder, or the team space (Dropbox, "Team Files Guide"). */

import { type Dropbox, DropboxResponseError } from 'dropbox'
import { RetryableError } from '../../../base/retry.ts'
import { retryAfterMs } from '../../../base/retry-after.ts'
import { failureText } from '../../../base/vendor-text.ts'
import { rootInfoSchema } from './answers.ts'
import { isStaleToken } from './errors.ts'

export interface PathRoot {
  /** Value of `Dropbox-API-Path-Root`; `undefined` for the member's own folder, which needs no header. */
  header: string | undefined
  /** False if the root may change soon: Dropbox gave no answer, or the folder does not exist yet. */
  isSettled: boolean
}

export interface PathRootQuestion {
  /** Opens a client whose calls carry this header. */
  open(header?: string): Dropbox
  /** The store's root folder; `''` for the root of the member's own folder. */
  folder: string
  signal: AbortSignal
  /** Removes secrets from a text for the log. */
  redact(text: string): string
  /** Current time in milliseconds. */
  now(): number
}

const unknown = 'Dropbox did not report its root folder.'
const home: PathRoot = { header: undefined, isSettled: true }

/**
 * Returns the member's own folder if it contains the store's folder, because paths without a header have always pointed there. Returns the
 * team space if only the team space contains the folder. Throws {@link RetryableError} when a write could otherwise create the folder in
 * the wrong place.
 */
export async function findPathRoot(question: PathRootQuestion): Promise<PathRoot> {
  if (question.folder === '') return home
  let namespace: string | null
  try {
    namespace = await teamNamespace(question)
  } catch (error) {
    if (await hasFolder(question)) return { ...home, isSettled: false }
    throw error
  }
  if (namespace === null || (await hasFolder(question))) return home
  const header = JSON.stringify({ '.tag': 'root', root: namespace })
  return (await hasFolder(question, header)) ? { header, isSettled: true } : { ...home, isSettled: false }
}

/** Returns `null` without a team space or without the permission to ask. Compares ids, because newer team spaces have the tag `user`. */
async function teamNamespace(question: PathRootQuestion): Promise<string | null> {
  const result = await answerOrNull(question, (signal) => question.open().usersGetCurrentAccount({ signal }))
  const ids = rootInfoSchema.safeParse(result).data?.root_info
  return ids && ids.root_namespace_id !== ids.home_namespace_id ? ids.root_namespace_id : null
}

async function hasFolder(question: PathRootQuestion, header?: string): Promise<boolean> {
  const path = question.folder
  const answer = await answerOrNull(question, (signal) =>
    question.open(header).filesGetMetadata({ path }, { signal }),
  )
  return answer !== null
}

/** Returns the result, or `null` for a refusal. Throws {@link RetryableError} without an answer, and for a temporary failure. */
async function answerOrNull(
  { signal, redact, now }: PathRootQuestion,
  call: (signal: AbortSignal) => Promise<{ result: unknown }>,
): Promise<unknown> {
  try {
    return (await call(signal)).result
  } catch (error) {
    const isAnswer = error instanceof DropboxResponseError
    if (isAnswer && isRefusal(error)) return null
    throw new RetryableError(unknown, {
      cause: new Error(redact(failureText(error))),
      ...(isAnswer && { retryAfterMs: retryAfterMs(error.headers, now()), isOutage: error.status !== 429 }),
    })
  }
}

function isRefusal({ status, error }: DropboxResponseError<unknown>): boolean {
  return status !== 429 && status < 500 && !(status === 401 && isStaleToken(error))
}
