/** When the sheet over a photo opens and closes, and what the desk learns of that. */
import { useEffect, useLayoutEffect } from 'preact/hooks'
import type { Photo } from '../../gallery/gallery-api.ts'
import type { Desk, DeskState } from './desk.ts'
import { keyOf } from './draft.ts'
import type { Shelf } from './draft-shelf.ts'

export interface SheetOptions {
  desk: Desk
  shelf: Shelf
  state: DeskState | null
  photo: Photo | null
  canWrite: boolean
  isOpen: boolean
  setOpen: (isOn: boolean) => void
}

export function useSheet({ desk, shelf, state, photo, canWrite, isOpen, setOpen }: SheetOptions): void {
  // Before the page is painted: a person who sees the button may press it, and a later decision would close the sheet again.
  useLayoutEffect(() => {
    // The sheet was left for a sign-in. Later than this effect, since opening the sheet draws the page again.
    if (photo && canWrite && shelf.wasOpen(keyOf(photo))) queueMicrotask(() => setOpen(true))
  }, [photo?.filename])
  // Before the page is painted: work that ends now must know whether the person looks.
  desk.setViewed(photo, isOpen)
  const toast = state?.toasts.at(-1)
  const isDone = toast?.text === 'archived' || toast?.text === 'deleted' || toast?.text === 'testMode'
  useLayoutEffect(() => {
    if (isDone && toast.photo === photo?.filename) setOpen(false)
  }, [toast])
  const isSheetThere = isOpen && photo !== null
  useEffect(() => {
    return isSheetThere ? () => desk.leaveSheet(photo) : undefined
  }, [isSheetThere, photo?.filename])
  useEffect(() => {
    if (isSheetThere) void desk.complete(photo)
  }, [isSheetThere, photo?.filename])
}
