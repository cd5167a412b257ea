/** Admin tools under the photo, and the sheet for captions and publishing. Loaded only for admins. */
import './workbench.css'
import { useCallback, useMemo, useRef, useState } from 'preact/hooks'
import type { Features } from '../../account/account-api.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { useShortcuts } from '../../keyboard.ts'
import { ConfirmDelete } from '../library/confirm-delete.tsx'
import { CurateSwipe } from './curate-swipe.tsx'
import type { Desk, DeskState } from './desk.ts'
import { keyOf } from './draft.ts'
import type { Shelf } from './draft-shelf.ts'
import { PublishSheet } from './publish-sheet.tsx'
import { Toolbar } from './toolbar.tsx'
import { useSheet } from './use-sheet.ts'

export interface WorkbenchProps {
  desk: Desk
  shelf: Shelf
  /** `null` until the desk has reported its state. */
  state: DeskState | null
  photo: Photo | null
  features: Features
  /** True while the sheet is open, as a layer in the browser's history. */
  isOpen: boolean
  setOpen: (isOn: boolean) => void
}

export function Workbench({ desk, shelf, state, photo, features, isOpen, setOpen }: WorkbenchProps) {
  const [isDeleting, setDeleting] = useState(false)
  const canWrite = features.analyze || features.publish || features.review
  useSheet({ desk, shelf, state, photo, canWrite, isOpen, setOpen })
  const openSheet = () => setOpen(true)
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
    publish: canWrite && photo && openSheet,
  })

  return (
    <>
      <Toolbar
        features={features}
        hasPhoto={photo !== null}
        isArchived={isArchived}
        isBusy={photo !== null && desk.draftOf(photo).work !== null}
        isSheetOpen={isOpen}
        onKeep={keep}
        onRemove={remove}
        onSheet={canWrite ? openSheet : null}
        onDelete={() => setDeleting(true)}
      />
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
