/** How the identity provider is asked: its answers are read whole, so they have a limit. */
import { boundedAnswer } from '../../base/bounded-body.ts'

/** More than any discovery document, set of keys or token answer has. Bytes. */
const maxAnswerBytes = 2 ** 20

interface Asked extends Omit<RequestInit, 'body' | 'signal'> {
  body?: BodyInit | null | undefined
  signal?: AbortSignal | null | undefined
}

/** The global `fetch`, whose answers fail beyond the limit while they are read. */
export async function fetchBounded(url: string, { body, signal, ...rest }: Asked): Promise<Response> {
  const init = { ...rest, ...(body !== undefined && { body }), ...(signal && { signal }) }
  return boundedAnswer(await fetch(url, init), maxAnswerBytes)
}
