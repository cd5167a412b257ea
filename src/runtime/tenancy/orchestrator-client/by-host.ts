/** Lookup of one host: by POST, or by GET if the orchestrator answers 405. */
import type { Answer } from './answers.ts'
import type { Call } from './exchange.ts'

/** Requests the configuration of a host. `send` makes the call, with or without retries. */
export type AskByHost = (
  question: { host: string; knownVersion: string | undefined; requestId: string },
  send: (call: Call) => Promise<Answer>,
) => Promise<Answer>

const path = '/v1/runtime/by-host'

/** Creates the lookup at one orchestrator. Remembers which method works. */
export function createAskByHost(): AskByHost {
  let asksByGet = false
  return async ({ host, knownVersion, requestId }, send) => {
    const headers: Record<string, string> =
      knownVersion && isEntityTag(knownVersion) ? { 'if-none-match': `"${knownVersion}"` } : {}
    const byGet: Call = {
      method: 'GET',
      path: `${path}?host=${encodeURIComponent(host)}`,
      headers,
      requestId,
    }
    if (asksByGet) return send(byGet)
    const answer = await send({ method: 'POST', path, body: { host }, headers, requestId })
    if (answer.status !== 405) return answer
    asksByGet = true
    return send(byGet)
  }
}

/** Checks if a version can be quoted as an entity tag (RFC 9110, section 8.8.3). */
function isEntityTag(version: string): boolean {
  return /^[\x21\x23-\x7e]+$/.test(version)
}
