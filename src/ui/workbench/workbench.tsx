/** An admin's tools under the photo, and the sheet in which it is captioned and published. Loaded for admins only. */
import './workbench.css'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Features, Photo } from '../api.ts'
import type { Gallery } from '../gallery.ts'
import { KeepIcon, PublishIcon, RemoveIcon } from '../icons.tsx'
import { useShortcuts } from '../keyboard.ts'
import { texts } from '../texts.ts'
import { CurateSwipe } from './curate-swipe.tsx'
import { createDesk, type Desk, type DeskState } from './desk.ts'
import { keyOf } from './draft.ts'
import { createShelf } from './draft-shelf.ts'
import { PublishSheet } from './publish-sheet.tsx'
import { ToastLine } from './toast-line.tsx'

export interface WorkbenchProps {
  gallery: Gallery
  photo: Photo | null
  features: Features
  /** Whose drafts are on this device. */
  owner: string
}

const words = texts.workbench

export function Workbench({ gallery, photo, features, owner }: WorkbenchProps) {
  const { desk, shelf, state } = useDesk(gallery, owner)
  const [isOpen, setOpen] = useState(false)
  const canWrite = features.analyze || features.publish || features.review
  // Before it is painted: who sees the button may press it, and what is decided later would close the sheet again.
  useLayoutEffect(() => {
    // Another photo, another sheet; unless this one was left for a sign-in.
    setOpen(photo !== null && canWrite && shelf.wasOpen(keyOf(photo)))
  }, [photo?.filename])
  // Before it is painted: what ends now must know whether somebody looks.
  desk.look(photo, isOpen)
  const toast = state?.toast ?? null
  const isGone = toast?.text === 'archived' || toast?.text === 'deleted' || toast?.text === 'testMode'
  useLayoutEffect(() => {
    if (isGone) setOpen(false)
  }, [toast])
  const close = useCallback(() => setOpen(false), [])

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
  const takeBack = (undo: (() => void) | undefined) => {
    desk.dismiss()
    undo?.()
  }
  useShortcuts({
    keep: photo && keep,
    remove: photo && remove,
    undo: toast?.undo && (() => takeBack(toast.undo)),
    publish: canWrite && photo && (() => setOpen(true)),
  })
  const isBusy = photo !== null && desk.draftOf(photo).work !== null

  return (
    <>
      <div class="tools" role="toolbar" aria-label={words.tools}>
        {remove && (
          <button type="button" class="button" disabled={!photo} aria-keyshortcuts="R" onClick={remove}>
            <RemoveIcon />
            {words.remove}
          </button>
        )}
        {keep && (
          <button type="button" class="button" disabled={!photo} aria-keyshortcuts="K" onClick={keep}>
            <KeepIcon />
            {words.keep}
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
      {photo && <CurateSwipe onKeep={keep} onRemove={remove} />}
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
      <ToastLine toast={toast} onDismiss={desk.dismiss} />
    </>
  )
}

function useDesk(gallery: Gallery, owner: string) {
  const [state, setState] = useState<DeskState | null>(null)
  const [desk, shelf] = useMemo((): [Desk, ReturnType<typeof createShelf>] => {
    const shelf = createShelf(owner)
    return [createDesk(gallery, shelf, setState), shelf]
    // The gallery's functions stay the same as long as the page.
  }, [owner])
  useEffect(() => {
    void desk.start()
    return shelf.onForgotten(desk.forget)
  }, [desk, shelf])
  return { desk, shelf, state }
}
