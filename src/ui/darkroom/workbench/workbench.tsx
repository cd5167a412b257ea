/** An admin's tools under the photo, and the sheet in which it is captioned and published. Loaded for admins only. */
import './workbench.css'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Features, Photo } from '../../api.ts'
import { DeleteIcon, KeepIcon, PublishIcon, RemoveIcon } from '../../icons.tsx'
import { useShortcuts } from '../../keyboard.ts'
import { texts } from '../../texts.ts'
import { ConfirmDelete } from '../library/confirm-delete.tsx'
import { CurateSwipe } from './curate-swipe.tsx'
import type { Desk, DeskState } from './desk.ts'
import { keyOf } from './draft.ts'
import type { Shelf } from './draft-shelf.ts'
import { PublishSheet } from './publish-sheet.tsx'

export interface WorkbenchProps {
  desk: Desk
  shelf: Shelf
  /** `null` until the desk has said anything. */
  state: DeskState | null
  photo: Photo | null
  features: Features
  /** True when the sheet is open: a layer over the photo in the browser's history. */
  isOpen: boolean
  setOpen: (isOn: boolean) => void
}

const words = texts.workbench

export function Workbench({ desk, shelf, state, photo, features, isOpen, setOpen }: WorkbenchProps) {
  const [isDeleting, setDeleting] = useState(false)
  const canWrite = features.analyze || features.publish || features.review
  // Before it is painted: who sees the button may press it, and what is decided later would close the sheet again.
  useLayoutEffect(() => {
    // Left for a sign-in. Later than this effect, since opening the sheet draws the page again.
    if (photo && canWrite && shelf.wasOpen(keyOf(photo))) queueMicrotask(() => setOpen(true))
  }, [photo?.filename])
  // Before it is painted: what ends now must know whether somebody looks.
  desk.look(photo, isOpen)
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
  const close = useCallback(() => setOpen(false), [setOpen])

  const shown = useRef(photo)
  shown.current = photo
  const curate = useCallback(
    (action: 'keep' | 'remove') => {
      if (shown.current) desk.curate(shown.current, action)
    },
    [desk],
  )
  const keep = useMemo(() => (features.keep ? () => curate('keep') : null), [features.keep, curate])
  const remove = useMemo(() => (features.remove ? () => curate('remove') : null), [features.remove, curate])
  const isArchived = photo !== null && desk.draftOf(photo).archivedAs !== null
  useShortcuts({
    keep: photo && !isArchived && keep,
    remove: photo && !isArchived && remove,
    publish: canWrite && photo && (() => setOpen(true)),
  })
  const isBusy = photo !== null && desk.draftOf(photo).work !== null

  return (
    <>
      <div class="tools" role="toolbar" aria-label={words.tools}>
        {remove && (
          <button
            type="button"
            class="button"
            disabled={!photo || isArchived}
            aria-keyshortcuts="R"
            onClick={remove}
          >
            <RemoveIcon />
            {words.remove}
          </button>
        )}
        {keep && (
          <button
            type="button"
            class="button"
            disabled={!photo || isArchived}
            aria-keyshortcuts="K"
            onClick={keep}
          >
            <KeepIcon />
            {words.keep}
          </button>
        )}
        {/* Else it lies in the sheet, further from the thumb. */}
        {features.delete && !canWrite && (
          <button
            type="button"
            class="button danger apart"
            disabled={!photo}
            aria-disabled={isBusy}
            onClick={() => !isBusy && setDeleting(true)}
          >
            <DeleteIcon />
            {texts.selection.actions.delete}
          </button>
        )}
        {canWrite && (
          <button
            type="button"
            class="button"
            disabled={!photo}
            aria-haspopup="dialog"
            aria-expanded={isOpen}
            aria-busy={isBusy}
            aria-keyshortcuts="P"
            onClick={() => setOpen(true)}
          >
            <PublishIcon />
            {features.publish ? words.publish : words.captions}
          </button>
        )}
      </div>
      {photo && isDeleting && (
        <ConfirmDelete
          key={keyOf(photo)}
          count={1}
          onAnswer={(isYes) => {
            setDeleting(false)
            if (isYes) void desk.erase(photo)
          }}
        />
      )}
      {photo && !isArchived && <CurateSwipe photo={keyOf(photo)} onKeep={keep} onRemove={remove} />}
      {photo && isOpen && state && (
        <PublishSheet
          key={keyOf(photo)}
          desk={desk}
          state={state}
          photo={photo}
          features={features}
          onClose={close}
        />
      )}
    </>
  )
}
