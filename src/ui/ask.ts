/** Requests with a time limit. */

const timeoutMs = 20_000

/** Requests a path. Rejects without an answer. `no-store` makes a retry reach the server. */
export function ask(path: string, accept: string, cache: RequestCache): Promise<Response> {
  return fetch(path, { headers: { accept }, cache, signal: AbortSignal.timeout(timeoutMs) })
}
