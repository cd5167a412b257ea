/** Caption and buttons below the photo, within reach of the thumb. */
import './dock.css'
import type { ComponentChildren, RefObject } from 'preact'
import { BackIcon, DetailsIcon, NextIcon } from '../icons.tsx'
import { texts } from '../texts.ts'
import type { Gallery, GalleryState } from './gallery.ts'

/** Id of the element that the details button opens. */
export const detailsId = 'details'

export interface DockProps {
  gallery: Gallery
  state: GalleryState
  /** True while the details are open. */
  isOpen: boolean
  detailsButton: RefObject<HTMLButtonElement | null>
  onDetails: () => void
  /** Admin tools for the photo. */
  tools: ComponentChildren
}

export function Dock({ gallery, state, isOpen, detailsButton, onDetails, tools }: DockProps) {
  const { photo, isBusy, position, query, index, count } = state
  const isFirst = query ? index === 0 : position === 0
  return (
    <footer class="dock">
      <p class={`caption ${photo?.caption ? '' : 'muted'}`}>{photo && (photo.caption ?? texts.noCaption)}</p>
      {tools}
      <div class="controls">
        <button
          type="button"
          class="button"
          aria-disabled={isFirst}
          aria-keyshortcuts="ArrowLeft"
          onClick={gallery.previous}
        >
          <BackIcon />
          <span class="label">{texts.back}</span>
        </button>
        <button
          type="button"
          class="button"
          ref={detailsButton}
          disabled={!photo}
          aria-expanded={isOpen && photo !== null}
          aria-controls={detailsId}
          aria-keyshortcuts="I"
          onClick={onDetails}
        >
          <DetailsIcon />
          <span class="label">{texts.details}</span>
        </button>
        <button
          type="button"
          class="button next"
          aria-busy={isBusy}
          aria-disabled={query !== null && index !== null && index + 1 === count}
          aria-keyshortcuts="Space ArrowRight"
          onClick={gallery.next}
        >
          {texts.next}
          <NextIcon />
        </button>
      </div>
    </footer>
  )
}
