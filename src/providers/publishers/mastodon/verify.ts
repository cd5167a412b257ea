/** Checks an account without posting (docs.joinmastodon.org, "accounts" and "OAuth scopes"). */
import { safeLine } from '../../../base/vendor-text.ts'
import { ask, type Call, type MastodonServer } from './api.ts'
import { scopeMissing } from './errors.ts'
import type { Instance } from './instance.ts'
import { readAccount } from './statuses.ts'

/**
 * Requests that a server answers with 403 if the token lacks the scope. Otherwise the answer is 404, because the ID 0 does not exist.
 */
const probes: readonly { scope: string; call: Call }[] = [
  { scope: 'write:statuses', call: { method: 'DELETE', path: '/api/v1/statuses/0' } },
  { scope: 'write:media', call: { method: 'PUT', path: '/api/v1/media/0', json: {} } },
  { scope: 'read:statuses', call: { path: '/api/v1/statuses/0' } },
]

/** Describes the account and the limits in one sentence. Throws the errors of `Publisher.verify`. */
export async function verifyAccount(
  server: MastodonServer,
  instance: Instance,
  signal: AbortSignal,
): Promise<string> {
  const { acct } = await readAccount(server, signal)
  for (const { scope, call } of probes) {
    if ((await ask(server, call, signal)).status === 403) throw scopeMissing(scope)
  }
  const host = URL.parse(server.credentials.instance_url)?.host ?? 'the server'
  const title = safeLine(instance.title ?? host, [], longestName)
  const { maxCharacters } = instance
  return `@${safeLine(acct, [], longestName)} may post to ${title} (${host}), up to ${maxCharacters} characters.`
}

const longestName = 100
