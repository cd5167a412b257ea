/** View of a photo with its caption, buttons and details. The grid hides it without unmounting, so that an open sheet keeps its state. */
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
  /** Admin tools; empty for visitors. */
  tools: ComponentChildren
  /** Progress and results of an action on many photos. */
  bulk: ComponentChildren
  /** Publishing status at the top of the details, for admins. */
  publications: ComponentChildren
  /** The title bar. */
  bar: ComponentChildren
  /** Opens the file picker; `null` if the visitor cannot upload. */
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
