/** Calls that are repeated while Instagram has trouble: questions, and changes that are safe to repeat. */
import { RetryableError, type RetryPolicy, withRetry } from '../../../base/retry.ts'
import { GraphFailure, means } from './failures.ts'
import { callGraph, type GraphAccount, type GraphCall } from './graph-api.ts'

/** Account with its patience. */
export interface Caller extends GraphAccount {
  retry: RetryPolicy
}

/** Makes a call that may be repeated. Throws the last {@link GraphFailure}. */
export function askGraph<T>(caller: Caller, call: GraphCall<T>, signal: AbortSignal): Promise<T> {
  const isWorthwhile = (failure: unknown) => isUnanswered(failure) || means(failure, 'trouble')
  return repeating((attempt) => callGraph(caller, call, attempt), isWorthwhile, caller.retry, signal)
}

/** Makes a call once, because a repetition could have a second effect. Throws {@link GraphFailure}. */
export function tellGraph<T>(caller: Caller, call: GraphCall<T>, signal: AbortSignal): Promise<T> {
  const timeout = AbortSignal.timeout(caller.retry.attemptTimeoutMs)
  return callGraph(caller, call, AbortSignal.any([signal, timeout]))
}

/** Repeats `work` while its failure makes that worthwhile. Throws the last failure. */
export async function repeating<T>(
  work: (signal: AbortSignal) => Promise<T>,
  isWorthwhile: (failure: unknown) => boolean,
  retry: RetryPolicy,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await withRetry(
      async (attempt) => {
        try {
          return await work(attempt)
        } catch (failure) {
          throw isWorthwhile(failure) ? new RetryableError('worth a repetition', { cause: failure }) : failure
        }
      },
      retry,
      signal,
    )
  } catch (error) {
    throw error instanceof RetryableError ? error.cause : error
  }
}

export function isUnanswered(failure: unknown): boolean {
  return failure instanceof GraphFailure && failure.kind === 'unanswered'
}
