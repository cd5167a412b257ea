/** An admin's desk with all that is on it, for as long as the page lives. Loaded for admins only. */
import type { ComponentChildren } from 'preact'
import type { Features } from '../../account/account-api.ts'
import type { Gallery } from '../../gallery/gallery.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import type { Folder } from '../../gallery/order.ts'
import { GestureHint } from '../library/gesture-hint.tsx'
import { createDesk } from './desk.ts'
import type { DeskState } from './desk-state.ts'
import { createShelf } from './draft-shelf.ts'
import { Publications } from './publications.tsx'
import { Toasts } from './toasts.tsx'
import { Workbench } from './workbench.tsx'

export interface AdminWorkbench {
  /** Below the photo. */
  tools(photo: Photo | null, features: Features, isSheetOpen: boolean): ComponentChildren
  /** On top of the photo's details: where it is published, and where that failed. */
  publications(photo: Photo, folder: Folder, features: Features): ComponentChildren
  /** Over every screen of the page. */
  toasts(): ComponentChildren
}

export interface AdminWorkbenchOptions {
  gallery: Gallery
  /** Whose drafts are on this device. */
  owner: string
  onChange: () => void
}

export function createWorkbench({ gallery, owner, onChange }: AdminWorkbenchOptions): AdminWorkbench {
  const shelf = createShelf(owner)
  let state: DeskState | null = null
  const desk = createDesk(gallery, shelf, (next) => {
    state = next
    onChange()
  })
  shelf.onForgotten(desk.forget)
  void desk.start()
  const setOpen = (isOn: boolean) => gallery.setLayer('sheet', isOn)
  return {
    tools: (photo, features, isSheetOpen) => (
      <>
        {photo && features.keep && features.remove && <GestureHint name="photo" />}
        <Workbench
          desk={desk}
          shelf={shelf}
          state={state}
          photo={photo}
          features={features}
          isOpen={isSheetOpen}
          setOpen={setOpen}
        />
      </>
    ),
    publications: (photo, folder, { publish }) => (
      <Publications
        photo={photo}
        draft={desk.draftOf(photo)}
        // The server publishes from these two folders only.
        onSend={
          !publish || (folder !== 'root' && folder !== 'archive')
            ? null
            : (platform, force) =>
                folder === 'archive'
                  ? desk.republish(photo, { platforms: [platform], force })
                  : desk.publish(photo, { platforms: [platform], force })
        }
      />
    ),
    toasts: () => state && <Toasts toasts={state.toasts} onDismiss={desk.dismiss} />,
  }
}
