/** `fetch` for the identity provider, with a limit on the answer because answers are read whole. */
import { boundedAnswer } from '../base/bounded-body.ts'

/** Upper bound on an answer, larger than any discovery document, key set or token answer. */
const maxAnswerBytes = 2 ** 20

interface Asked extends Omit<RequestInit, 'body' | 'signal'> {
  body?: BodyInit | null | undefined
  signal?: AbortSignal | null | undefined
}

/** Calls the global `fetch`. Reading an answer beyond the limit fails. */
export async function fetchBounded(url: string, { body, signal, ...rest }: Asked): Promise<Response> {
  const init = { ...rest, ...(body !== undefined && { body }), ...(signal && { signal }) }
  return boundedAnswer(await fetch(url, init), maxAnswerBytes)
}
