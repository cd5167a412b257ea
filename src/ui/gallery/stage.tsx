/** Stage of the photo, or of the notice in its place. */
import './stage.css'
import { useRef } from 'preact/hooks'
import { texts } from '../texts.ts'
import type { Gallery, GalleryState } from './gallery.ts'
import { Notice } from './notice.tsx'
import { altText } from './photo-text.ts'
import { Picture, Placeholder } from './picture.tsx'
import { useSwipe } from './swipe.ts'
import { useZoom } from './zoom/use-zoom.ts'
import { ZoomBar } from './zoom/zoom-bar.tsx'

export interface StageProps {
  gallery: Gallery
  state: GalleryState
  /** Opens the file picker; `null` if the visitor cannot upload. */
  onUpload: (() => void) | null
}

export function Stage({ gallery, state, onUpload }: StageProps) {
  const { photo, item, picture, pictureReloads, problem, isBusy, direction, hint } = state
  const area = useRef<HTMLElement>(null)
  const isPictureShown = photo !== null && picture === 'shown'
  // Photos in different folders may have the same name.
  const name = `${item?.folder}/${photo?.filename}`
  const closeUp = {
    isOn: state.layers.includes('closeUp'),
    set: (isOn: boolean) => gallery.setLayer('closeUp', isOn),
  }
  const zoom = useZoom(area, isPictureShown ? name : null, closeUp)
  useSwipe(area, { left: gallery.next, right: gallery.previous, isOff: zoom.isZoomed })

  return (
    <main class={`stage ${zoom.scale > 1 ? 'zoomed' : ''}`} ref={area} tabIndex={-1}>
      {isBusy && <div class="progress" />}
      {isPictureShown && (
        <Picture
          key={`${name} ${photo.version} ${pictureReloads}`}
          photo={photo}
          direction={direction}
          scale={zoom.scale}
          onLoad={gallery.pictureLoaded}
          onError={gallery.pictureFailed}
        />
      )}
      {/* The zoomed photo covers the title bar and its heading. */}
      {isPictureShown && zoom.scale > 1 && <h1 class="visually-hidden">{altText(photo)}</h1>}
      {isPictureShown && <ZoomBar zoom={zoom} />}
      {!photo && !problem && <Placeholder colours={item?.placeholder} />}
      {problem && (
        <Notice
          problem={problem}
          failures={state.failures}
          isOverPhoto={isPictureShown}
          isBusy={isBusy}
          onRetry={gallery.retry}
          onNext={gallery.next}
          onUpload={onUpload}
        />
      )}
      {hint && (
        <p class="hint" key={hint}>
          {texts.hints[hint.reason]}
        </p>
      )}
    </main>
  )
}
