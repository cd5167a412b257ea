/** What must not stay readable on this device once somebody has signed out. */

/** Where the workbench keeps what is not saved yet (workbench/draft-shelf.ts). */
export const draftsKey = 'drafts'

/** Other tabs of this gallery hear of it and forget theirs. */
export function forgetDrafts(): void {
  try {
    localStorage.removeItem(draftsKey)
  } catch {
    // The browser forbids storage to this page: there is nothing to forget.
  }
}
