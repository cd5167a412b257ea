/** Buttons of the full-size view, and its status for screen readers. */
import './zoom-bar.css'
import { CloseIcon, ZoomInIcon, ZoomOutIcon } from '../../icons.tsx'
import { texts } from '../../texts.ts'
import type { Zoom } from './use-zoom.ts'
import { largestScale } from './view.ts'

export function ZoomBar({ zoom }: { zoom: Zoom }) {
  const { scale } = zoom
  const isZoomed = scale > 1
  const labels = texts.zoom
  return (
    <div class="zoom-bar">
      {isZoomed && (
        <button type="button" class="button icon" aria-label={labels.further} onClick={zoom.further}>
          <ZoomOutIcon />
        </button>
      )}
      <button
        type="button"
        class="button icon"
        aria-label={labels.closer}
        aria-keyshortcuts="Z"
        aria-disabled={scale >= largestScale}
        onClick={zoom.closer}
      >
        <ZoomInIcon />
      </button>
      {isZoomed && (
        <button
          type="button"
          class="button icon"
          aria-label={labels.whole}
          aria-keyshortcuts="Escape"
          onClick={zoom.leave}
        >
          <CloseIcon />
        </button>
      )}
      <p class="visually-hidden" aria-live="polite">
        {isZoomed ? labels.size(Math.round(scale * 100)) : ''}
      </p>
    </div>
  )
}
