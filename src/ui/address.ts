/** The page's address and history: `/?photo=name`, and in each entry how many photos of this visit lie before it. */

/** A new entry, or the current one changed. */
export type EntryChange = 'push' | 'replace'

/** The photo that the address names. A query, not a fragment, so that it survives a detour over a sign-in page. */
export function nameInAddress(): string | null {
  return new URLSearchParams(location.search).get('photo') || null
}

/** Position 0 for an entry that this page did not write: a link, a bookmark. */
export function currentEntry(): { position: number } {
  const entry: unknown = history.state
  if (typeof entry !== 'object' || entry === null || !('position' in entry)) return { position: 0 }
  return { position: typeof entry.position === 'number' ? entry.position : 0 }
}

/** Puts the photo into the address. */
export function writeEntry(name: string, position: number, how: EntryChange): void {
  const address = `/?photo=${encodeURIComponent(name)}`
  if (how === 'push') history.pushState({ position }, '', address)
  else history.replaceState({ position }, '', address)
}
