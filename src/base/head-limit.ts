/** Limits the time until an answer's head, and leaves its body to the reader. */

/**
 * Runs `request` with a signal that follows `signal` until the request resolves, so that a time limit covers the head of
 * an answer and cannot cut off a body that is still being read. Rejects as `request` does.
 */
export async function limitHead<T>(
  signal: AbortSignal,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const head = new AbortController()
  const abort = () => head.abort(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await request(head.signal)
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
