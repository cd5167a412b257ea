/**
 * Unsaved changes of settings in the device's storage. They survive a reload, a sign-in and the way through a vendor. The shelf belongs
 * to an admin of this host, is bounded, and forgets changes after a week or at sign-out. It holds no secrets.
 */
import { parseJson } from '../../base/json.ts'
import { settingsDraftKey } from '../account/signing-out.ts'
import { isRecord, isTextList } from '../json.ts'
import { type Draft, fieldPaths, type Value } from './fields.ts'

export interface Shelf {
  /** Returns the changes of an earlier visit; `null` if there are none. */
  take(): Draft | null
  put(draft: Draft): void
}

const maxCharacters = 200_000
const maxAgeMs = 7 * 24 * 60 * 60 * 1000

/** Opens the shelf of this admin. Ignores changes of any other account. */
export function createShelf(owner: string, now = Date.now): Shelf {
  return {
    take() {
      const content = parseJson(stored() ?? '')
      if (!isRecord(content) || content.owner !== owner || !isRecord(content.draft)) return null
      if (typeof content.at !== 'number' || content.at < now() - maxAgeMs) return null
      const draft = Object.entries(content.draft).filter(isChange)
      return draft.length > 0 ? Object.fromEntries(draft) : null
    },
    put(draft) {
      try {
        const text = JSON.stringify({ owner, at: now(), draft })
        if (Object.keys(draft).length === 0) localStorage.removeItem(settingsDraftKey)
        else if (text.length <= maxCharacters) localStorage.setItem(settingsDraftKey, text)
      } catch {
        // Storage is forbidden or full, so changes last only as long as the page.
      }
    },
  }
}

function isChange(entry: [string, unknown]): entry is [string, Value] {
  const [path, value] = entry
  const isKnown = fieldPaths.some((known) => known === path)
  return (
    isKnown && (value === null || isTextList(value) || ['string', 'number', 'boolean'].includes(typeof value))
  )
}

function stored(): string | null {
  try {
    return localStorage.getItem(settingsDraftKey)
  } catch {
    // The browser forbids storage to this page.
    return null
  }
}
