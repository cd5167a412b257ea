/** Limits the time until a response's head arrives, but not the time to read the body. */

/**
 * Runs `request` with a signal that follows `signal` only until the request resolves. A timeout then covers the head of
 * the response and cannot abort a body that is still being read. Rejects as `request` does.
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
