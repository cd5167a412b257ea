/** An admin's tools under the photo, and the sheet in which it is captioned and published. Loaded for admins only. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Features, Photo } from '../api.ts'
import type { Gallery } from '../gallery.ts'
import { KeepIcon, PublishIcon, RemoveIcon } from '../icons.tsx'
import { texts } from '../texts.ts'
import { createDesk, type DeskState } from './desk.ts'
import { PublishSheet } from './publish-sheet.tsx'
import { ToastLine } from './toast-line.tsx'
import { useToolKeys } from './tool-keys.ts'

export interface WorkbenchProps {
  gallery: Gallery
  photo: Photo | null
  features: Features
}

export function Workbench({ gallery, photo, features }: WorkbenchProps) {
  const [state, setState] = useState<DeskState | null>(null)
  const desk = useMemo(() => createDesk(gallery, setState), [gallery])
  const [isOpen, setOpen] = useState(false)
  const [isBusy, setBusy] = useState(false)
  useEffect(() => void desk.start(), [desk])

  const curate = async (action: 'keep' | 'remove' | 'delete') => {
    if (!photo || isBusy) return
    setBusy(true)
    await desk.curate(photo, action)
    setBusy(false)
    setOpen(false)
  }
  const canWrite = features.analyze || features.publish
  useToolKeys({
    keep: () => features.keep && void curate('keep'),
    remove: () => features.remove && void curate('remove'),
    publish: () => canWrite && setOpen((was) => !was),
    close: () => setOpen(false),
  })
  const words = texts.workbench

  return (
    <>
      <div class="tools" role="toolbar" aria-label={words.tools}>
        {features.remove && (
          <button
            type="button"
            class="button"
            disabled={!photo}
            aria-busy={isBusy}
            aria-keyshortcuts="R"
            onClick={() => void curate('remove')}
          >
            <RemoveIcon />
            {words.remove}
          </button>
        )}
        {features.keep && (
          <button
            type="button"
            class="button"
            disabled={!photo}
            aria-busy={isBusy}
            aria-keyshortcuts="K"
            onClick={() => void curate('keep')}
          >
            <KeepIcon />
            {words.keep}
          </button>
        )}
        {canWrite && (
          <button
            type="button"
            class="button"
            disabled={!photo}
            aria-expanded={isOpen}
            aria-keyshortcuts="P"
            onClick={() => setOpen(!isOpen)}
          >
            <PublishIcon />
            {features.publish ? words.publish : words.captions}
          </button>
        )}
      </div>
      {photo && isOpen && state && (
        <PublishSheet
          desk={desk}
          state={state}
          photo={photo}
          features={features}
          onClose={() => setOpen(false)}
          onDelete={() => void curate('delete')}
        />
      )}
      {state?.toast && <ToastLine toast={state.toast} onDismiss={desk.dismiss} />}
    </>
  )
}
