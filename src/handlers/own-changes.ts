/**
 * Shows people their own changes of photos on every process. The answer sets a cookie, and each process that meets the cookie lists the
 * photos anew. File src/runtime/sealing/change-tokens.ts explains the tokens.
 */
import type { Context } from 'hono'
import type { ChangeKind } from '../runtime/sealing/change-tokens.ts'
import type { Services } from '../runtime/services.ts'
import { type CookieKind, cookieValues, hostCookie, writeCookie } from './cookies.ts'
import { type AppEnv, readHeader, runtimeOf } from './exchange.ts'

/** A change that goes on has a cookie of its own, which the cookie of a later change does not replace. */
const cookies = { made: 'changed', running: 'changing' } as const satisfies Record<ChangeKind, string>
const kinds = ['made', 'running'] as const
/** Upper bound on cookies to check. A browser sends one of each kind. */
const maxValues = 2

/** Forgets what this process remembers of the host's photos, if the browser knows of a change that this process may not know. */
export async function honourChanges(c: Context<AppEnv>, services: Services): Promise<void> {
  // A grid has many thumbnails, which name their version: listing anew for each would show nothing new.
  if (c.env.path.endsWith('/thumbnail')) return
  // Few requests have the cookie.
  if (!readHeader(c.req.raw, c.env.connection, 'cookie')?.includes('chang')) return
  const { changeTokens, photoChanges, settings } = services
  const { host } = runtimeOf(c.env)
  for (const kind of kinds) {
    const values = cookieValues(c, cookieOf(kind, settings).name).slice(0, maxValues)
    for (const value of values) await changeTokens.honour(value, host, kind, () => photoChanges.hear(host))
  }
}

/** Returns a function that sets the cookie if photos or the ledger have changed since, or may change until a stream ends. */
export function watchChanges(c: Context<AppEnv>, services: Services): () => Promise<void> {
  const { changeTokens, photoChanges, settings } = services
  const { host } = runtimeOf(c.env)
  const state = () => Math.max(photoChanges.latest(host, 'photos'), photoChanges.latest(host, 'ledger'))
  const before = state()
  const set = async (kind: ChangeKind) => {
    const token = await changeTokens.issue(host, kind)
    writeCookie(c, settings, cookieOf(kind, settings), token, changeTokens.seconds[kind])
  }
  return async () => {
    if (c.res.headers.get('content-type')?.startsWith('text/event-stream')) await set('running')
    else if (state() !== before) await set('made')
  }
}

function cookieOf(kind: ChangeKind, settings: Services['settings']): CookieKind {
  return hostCookie(cookies[kind], settings)
}
