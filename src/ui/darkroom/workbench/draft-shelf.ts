/**
 * What is typed and not saved yet, kept on this device: it survives a sign-in on the way, a reload and a phone that closes the page. One
 * person's, bounded, and gone after three days or when they sign out.
 */

import { parseJson } from '../../../base/json.ts'
import { draftsKey } from '../../account/signing-out.ts'
import { isRecord } from '../../json.ts'
import type { ByPlatform } from './draft.ts'

/** What of a draft is worth keeping. */
export interface ShelvedDraft {
  captions: ByPlatform<string>
  altText: string | null
  /** Was under way when the page was last seen; the server goes on all the same. */
  work: 'analyze' | 'publish' | null
}

interface Content {
  owner: string
  /** The platforms that were chosen last. */
  usual: ByPlatform<boolean>
  /** The photo whose sheet opens again after a sign-in on the way. */
  open: string | null
  drafts: Record<string, ShelvedDraft & { at: number }>
}

export interface Shelf {
  draft(key: string): ShelvedDraft | null
  put(key: string, draft: ShelvedDraft): void
  usual(): ByPlatform<boolean>
  choose(usual: ByPlatform<boolean>): void
  /** The sheet of this photo opens again on the next page. */
  reopen(key: string): void
  /** Whether it was to open again; asked once. */
  wasOpen(key: string): boolean
  /** Calls back when this person signs out in another tab. Gives a function that ends it. */
  onForgotten(listener: () => void): () => void
}

const maxDrafts = 30
const maxCharacters = 200_000
const maxAgeMs = 3 * 24 * 60 * 60 * 1000

/** The shelf of this person. What somebody else has left there is thrown away. */
export function createShelf(owner: string, now = Date.now): Shelf {
  // Each time from the storage: other tabs write there too.
  const read = (): Content => {
    const content = readContent()
    return content?.owner === owner ? content : { owner, usual: {}, open: null, drafts: {} }
  }
  // A page that is being left may still hear that its work broke off. The next page is to ask after that work, so this is not kept.
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

/** The newest ones. */
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
  // What this page has written fits its own type.
  return content as unknown as Content
}

function shelvedText(): string | null {
  try {
    return localStorage.getItem(draftsKey)
  } catch {
    // Storage is forbidden to this page.
    return null
  }
}

function writeContent(content: Content): void {
  try {
    localStorage.setItem(draftsKey, JSON.stringify(content))
  } catch {
    // Storage is forbidden or full: drafts then live as long as the page.
  }
}
