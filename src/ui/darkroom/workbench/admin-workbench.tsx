/** Workbench of an admin, for the lifetime of the page. Loaded only for admins. */
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
  /** Renders the tools below the photo. */
  tools(photo: Photo | null, features: Features, isSheetOpen: boolean): ComponentChildren
  /** Renders the publishing status at the top of the photo's details. */
  publications(photo: Photo, folder: Folder, features: Features): ComponentChildren
  /** Renders messages over every screen of the page. */
  toasts(): ComponentChildren
}

export interface AdminWorkbenchOptions {
  gallery: Gallery
  /** Mail address of the admin, who owns the drafts on this device. */
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
    publications: (photo, folder, { publish }) =>
      state && (
        <Publications
          {...{ desk, state, photo, folder }}
          draft={desk.draftOf(photo)}
          // The server publishes only from the root and the archive.
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
