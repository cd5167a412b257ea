/**
 * Waiting for what another request began. Workers may cancel the request that owns a piece of work and leave its
 * waiters hanging (Cloudflare, "Cannot perform I/O on behalf of a different request"), so nobody waits for ever.
 */

/** Gives whether `work` ended, well or badly, within `ms` milliseconds. */
export function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms)
    const ended = () => {
      clearTimeout(timer)
      resolve(true)
    }
    work.then(ended, ended)
  })
}

/** Gives what `work` gives, or rejects with the signal's reason once that fires. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/**
 * Gives a function that runs one piece of work after another, in the order in which they came. Order is a courtesy to
 * Dropbox here, not what correctness rests on: whoever has waited `patienceMs` milliseconds starts.
 */
export function createTurns(patienceMs: number): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = endsWithin(last, patienceMs).then(work)
    last = mine
    return mine
  }
}
