/** Opening and closing of the sheet over a photo. */
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
  // A layout effect: a later decision could close a sheet that the admin has just opened.
  useLayoutEffect(() => {
    // Reopens a sheet that was left for a sign-in. Deferred, because opening renders the page again.
    if (photo && canWrite && shelf.wasOpen(keyOf(photo))) queueMicrotask(() => setOpen(true))
  }, [photo?.filename])
  // Runs during render, so that work that ends now knows if its sheet is visible.
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
