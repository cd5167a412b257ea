/** Where the photo is, or what is there instead. */
import { useRef, useState } from 'preact/hooks'
import type { Photo } from './api.ts'
import type { Gallery, GalleryState } from './gallery.ts'
import { Notice } from './notice.tsx'
import { altText } from './photo-words.ts'
import { pictureSources } from './picture-sources.ts'
import { useSwipe } from './swipe.ts'
import { texts } from './texts.ts'

export interface StageProps {
  gallery: Gallery
  state: GalleryState
}

export function Stage({ gallery, state }: StageProps) {
  const { photo, picture, pictureReloads, problem, isBusy, direction, hint } = state
  const area = useRef<HTMLElement>(null)
  useSwipe(area, { left: gallery.next, right: gallery.previous })
  const isPictureShown = photo !== null && picture === 'shown'

  return (
    <main class="stage" ref={area} tabIndex={-1}>
      {isBusy && <div class="progress" />}
      {isPictureShown && (
        <Picture
          key={`${photo.filename} ${pictureReloads}`}
          photo={photo}
          direction={direction}
          onLoad={gallery.pictureLoaded}
          onError={gallery.pictureFailed}
        />
      )}
      {!photo && !problem && <Placeholder />}
      {problem && (
        <Notice
          problem={problem}
          failures={state.failures}
          isOverPhoto={isPictureShown}
          isBusy={isBusy}
          onRetry={gallery.retry}
          onNext={gallery.next}
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

interface PictureProps {
  photo: Photo
  direction: GalleryState['direction']
  onLoad: () => void
  onError: () => void
}

function Picture({ photo, direction, onLoad, onError }: PictureProps) {
  const [isLoaded, setLoaded] = useState(false)
  return (
    <>
      {!isLoaded && <Placeholder />}
      <img
        class={`picture ${direction}`}
        {...pictureSources(photo.thumbnail_url)}
        alt={altText(photo)}
        decoding="sync"
        draggable={false}
        onLoad={() => {
          setLoaded(true)
          onLoad()
        }}
        onError={onError}
      />
    </>
  )
}

function Placeholder() {
  return <div class="placeholder" />
}
