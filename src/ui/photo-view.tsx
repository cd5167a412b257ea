/** One photo with its caption, buttons and details. Hidden while the grid is shown, since an open sheet stays in it. */
import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { Announcement } from './announcement.tsx'
import { DetailsPanel } from './gallery/details-panel.tsx'
import { Dock, detailsId } from './gallery/dock.tsx'
import type { Gallery, GalleryState } from './gallery/gallery.ts'
import { Stage } from './gallery/stage.tsx'
import { useFocusAfter } from './page-focus.ts'

export interface PhotoViewProps {
  gallery: Gallery
  state: GalleryState
  /** An admin's tools; nothing for other people. */
  tools: ComponentChildren
  /** Work on many photos and its result, while a photo is shown. */
  bulk: ComponentChildren
  /** For admins, on top of the details: where the photo is published. */
  publications: ComponentChildren
  /** The title bar. */
  bar: ComponentChildren
  /** Opens the file chooser; `null` where uploads are off. */
  onUpload: (() => void) | null
}

export function PhotoView({ gallery, state, tools, bulk, publications, bar, onUpload }: PhotoViewProps) {
  const { photo, problem } = state
  const isGrid = state.screen === 'grid'
  const isOpen = state.layers.includes('details')
  const setOpen = (isOn: boolean) => gallery.setLayer('details', isOn)
  const detailsButton = useRef<HTMLButtonElement>(null)
  useFocusAfter(isOpen, detailsButton)
  return (
    <div class={`page ${isOpen && photo ? 'with-details' : ''}`} hidden={isGrid}>
      {!isGrid && bar}
      <Stage gallery={gallery} state={state} onUpload={onUpload} />
      {(photo || !problem) && (
        <Dock
          gallery={gallery}
          state={state}
          isOpen={isOpen}
          detailsButton={detailsButton}
          onDetails={() => setOpen(!isOpen)}
          tools={tools}
        />
      )}
      {!isGrid && bulk}
      {photo && (
        <DetailsPanel
          id={detailsId}
          photo={photo}
          isOpen={isOpen}
          publications={isOpen && publications}
          onClose={() => setOpen(false)}
        />
      )}
      <Announcement state={state} />
    </div>
  )
}
