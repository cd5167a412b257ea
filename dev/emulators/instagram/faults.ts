/** Faults that the emulator can inject, and the log of its calls. */
import { type Fault, spoiled } from '../dropbox/faults.ts'
import { Refusal, type RowName, refusalOf } from './answers.ts'

export { malformed } from '../dropbox/faults.ts'
export { type Fault, spoiled }

/**
 * Operations of the API. `get`: any object by its identifier, such as a container. `list`: the posts of an account. `authorize`: the page for
 * people. `token`, `exchange` and `refresh`: the tokens. `me`: the account of a token.
 */
export type Operation =
  | 'authorize'
  | 'token'
  | 'exchange'
  | 'refresh'
  | 'me'
  | 'media'
  | 'media_publish'
  | 'get'
  | 'list'
  | 'content_publishing_limit'
  | 'delete'
  | 'other'

/** One request, as the emulator received it. */
export interface InstagramCall {
  operation: Operation
  /** Path and query, which must contain no token. The exchanges of tokens are without their query. */
  url: string
  /** Milliseconds since 1970. */
  at: number
  /** Status of the answer; `undefined` while the call is in progress and after a broken connection. */
  status: number | undefined
}

/** Decides for each request, before its body is read, whether to inject a fault. */
export type InstagramFaultRule = (call: InstagramCall) => Fault | undefined

/** Injects the fault at the `nth` call of this operation from now on (1 is the next), `times` calls in all. */
export function onOperation(
  operation: Operation,
  fault: Fault,
  { nth = 1, times = 1 }: { nth?: number; times?: number } = {},
): InstagramFaultRule {
  let seen = 0
  return (call) => {
    if (call.operation !== operation) return undefined
    seen += 1
    return seen >= nth && seen < nth + times ? fault : undefined
  }
}

/** Answers with a refusal of the table. */
export async function refusing(row: RowName, detail?: string): Promise<Fault> {
  const answer = refusalOf(new Refusal(row, detail))
  const headers = Object.fromEntries(answer.headers)
  return { kind: 'answer', status: answer.status, body: await answer.text(), headers }
}
