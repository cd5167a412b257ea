/** Cleanup at sign-out, after which no draft stays readable on this device. */

/** Key in `localStorage` for unsaved captions (workbench/draft-shelf.ts). */
export const draftsKey = 'drafts'

/** Key in `localStorage` for unsaved settings (studio/draft-shelf.ts). */
export const settingsDraftKey = 'settings'

/** Removes all drafts from this device. Other tabs get a `storage` event and drop theirs. */
export function forgetDrafts(): void {
  try {
    localStorage.removeItem(draftsKey)
    localStorage.removeItem(settingsDraftKey)
  } catch {
    // The browser forbids storage to this page, so it holds no drafts.
  }
}
