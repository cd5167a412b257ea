/** Outcome of a way through a vendor, which the address names once. */

export type Outcome = { provider: string; reason: string | null }

/** Reads the outcome from the address and removes it there, so that copied links and reloads do not repeat the words. */
export function takeOutcome(): Outcome | null {
  const url = new URL(location.href)
  const [connected, refused] = ['connected', 'refused'].map((name) => url.searchParams.get(name))
  const reason = url.searchParams.get('reason')
  if (!connected && !refused) return null
  for (const name of ['connected', 'refused', 'reason']) url.searchParams.delete(name)
  url.hash = '#connections'
  history.replaceState(history.state, '', url)
  return refused ? { provider: refused, reason: reason ?? '' } : { provider: connected ?? '', reason: null }
}
