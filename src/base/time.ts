/** Pauses and timeouts. A rejection after the timeout never becomes an unhandled rejection. */

/** Waits `ms` milliseconds. Rejects with the reason of `signal` as soon as it fires. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/**
 * Settles as `work` does, or rejects with `overdue()` after `ms` milliseconds. Does not cancel the work: `onLate` receives a result
 * that arrives after the timeout.
 */
export function within<T>(
  work: Promise<T>,
  ms: number,
  overdue: () => Error,
  onLate: (result: T) => void = () => undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      reject(overdue())
    }, ms)
    work.then(
      (result) => {
        clearTimeout(timer)
        if (isLate) onLate(result)
        else resolve(result)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}

/**
 * Resolves to true if `work` settles within `ms` milliseconds, otherwise to false. Never rejects. Use this function for work that
 * another request started: a Worker may end that request and leave its promises pending forever.
 */
export function settlesWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isSettled: boolean) => {
      clearTimeout(timer)
      resolve(isSettled)
    }
    const timer = setTimeout(() => resolve(false), ms)
    work.then(
      () => end(true),
      (error: unknown) => end(!isOfEndedRequest(error)),
    )
  })
}

/** Recognises the error with which workerd rejects the wait for a promise whose request has ended. Such a promise never settles. */
function isOfEndedRequest(error: unknown): boolean {
  return error instanceof Error && error.message.includes('created by a request that has since ended')
}

/** Settles as `work` does, or rejects with the reason of `signal` as soon as it fires. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
