/**
 * Unsaved captions in the device's storage. They survive a sign-in, a reload and a phone that closes the page. The shelf belongs to one
 * admin, is bounded, and forgets drafts after three days or at sign-out.
 */
import { parseJson } from '../../../base/json.ts'
import { draftsKey } from '../../account/signing-out.ts'
import { isRecord } from '../../json.ts'
import type { ByPlatform } from './draft.ts'

/** Part of a draft that the device stores. */
export interface ShelvedDraft {
  captions: ByPlatform<string>
  altText: string | null
  /** Work that was under way when the page closed. The server finishes such work. */
  work: 'analyze' | 'publish' | null
}

interface Content {
  owner: string
  /** Platforms that the admin chose last. */
  usual: ByPlatform<boolean>
  /** Key of the photo whose sheet opens again after a sign-in. */
  open: string | null
  drafts: Record<string, ShelvedDraft & { at: number }>
}

export interface Shelf {
  draft(key: string): ShelvedDraft | null
  put(key: string, draft: ShelvedDraft): void
  usual(): ByPlatform<boolean>
  choose(usual: ByPlatform<boolean>): void
  /** Makes the next page open this photo's sheet. */
  reopen(key: string): void
  /** Returns `true` once if this photo's sheet should open again. */
  wasOpen(key: string): boolean
  /** Calls back when the admin signs out in another tab. Returns a function that stops listening. */
  onForgotten(listener: () => void): () => void
}

const maxDrafts = 30
const maxCharacters = 200_000
const maxAgeMs = 3 * 24 * 60 * 60 * 1000

/** Opens the shelf of this admin. Discards drafts of any other account. */
export function createShelf(owner: string, now = Date.now): Shelf {
  // Reads the storage each time, because other tabs write there too.
  const read = (): Content => {
    const content = readContent()
    return content?.owner === owner ? content : { owner, usual: {}, open: null, drafts: {} }
  }
  // While the page unloads, its requests fail. Storing such a failure would stop the next page from checking the outcome.
  let isLeft = false
  addEventListener('pagehide', () => {
    isLeft = true
  })
  addEventListener('pageshow', () => {
    isLeft = false
  })
  const change = (part: (content: Content) => Partial<Content>) => {
    if (isLeft) return
    const content = read()
    writeContent(bounded({ ...content, ...part(content) }, now()))
  }
  change(() => ({}))
  return {
    draft: (key) => read().drafts[key] ?? null,
    put: (key, draft) =>
      change(({ drafts: { [key]: _, ...others } }) => ({
        drafts: isBlank(draft) ? others : { ...others, [key]: { ...draft, at: now() } },
      })),
    usual: () => read().usual,
    choose: (usual) => change(() => ({ usual })),
    reopen: (key) => change(() => ({ open: key })),
    wasOpen(key) {
      if (read().open !== key) return false
      change(() => ({ open: null }))
      return true
    },
    onForgotten(listener) {
      const onStorage = (event: StorageEvent) => {
        if (event.key === draftsKey && event.newValue === null) listener()
      }
      addEventListener('storage', onStorage)
      return () => removeEventListener('storage', onStorage)
    },
  }
}

function isBlank({ captions, altText, work }: ShelvedDraft): boolean {
  return Object.keys(captions).length === 0 && altText === null && work === null
}

/** Keeps the newest drafts within the limits. */
function bounded(content: Content, now: number): Content {
  const newest = Object.entries(content.drafts)
    .filter(([, { at }]) => at > now - maxAgeMs)
    .sort(([, one], [, other]) => other.at - one.at)
    .slice(0, maxDrafts)
  const kept: typeof newest = []
  let room = maxCharacters
  for (const [key, draft] of newest) {
    room -= key.length + JSON.stringify(draft).length
    if (room >= 0) kept.push([key, draft])
  }
  return { ...content, drafts: Object.fromEntries(kept) }
}

function readContent(): Content | null {
  const content = parseJson(shelvedText() ?? '')
  if (!isRecord(content) || !isRecord(content.usual) || !isRecord(content.drafts)) return null
  // Only this module writes the value, so the cast is safe.
  return content as unknown as Content
}

function shelvedText(): string | null {
  try {
    return localStorage.getItem(draftsKey)
  } catch {
    // The browser forbids storage to this page.
    return null
  }
}

function writeContent(content: Content): void {
  try {
    localStorage.setItem(draftsKey, JSON.stringify(content))
  } catch {
    // Storage is forbidden or full, so drafts last only as long as the page.
  }
}
