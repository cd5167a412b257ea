/** Photo on the stage: a blurred placeholder until it has loaded, a larger size when zoomed. */
import './picture.css'
import { useRef, useState } from 'preact/hooks'
import { useArrival } from './arrival.ts'
import { Blurred } from './blurred.tsx'
import type { GalleryState } from './gallery.ts'
import type { Photo } from './gallery-api.ts'
import { altText, pixelsOf } from './photo-text.ts'
import { isRemembered, pictureSources, rememberPicture } from './picture-sources.ts'
import { useSharper } from './zoom/sharper.ts'

export interface PictureProps {
  photo: Photo
  direction: GalleryState['direction']
  /** Scale of the photo, 1 at rest. */
  scale: number
  onLoad: () => void
  onError: () => void
}

export function Picture({ photo, direction, scale, onLoad, onError }: PictureProps) {
  const { thumbnail_url } = photo
  const picture = useRef<HTMLImageElement>(null)
  const { arrival, fade, ...arriving } = useArrival()
  const pixels = pixelsOf(photo)
  const original = pixels && Math.max(pixels.width, pixels.height)
  const sharper = useSharper({ picture, thumbnailUrl: thumbnail_url, original, scale })
  return (
    <>
      <img
        ref={picture}
        class={`picture ${fade || direction}`}
        {...(sharper ? { src: sharper } : pictureSources(thumbnail_url))}
        alt={altText(photo)}
        decoding="sync"
        fetchpriority="high"
        draggable={false}
        onLoad={() => {
          rememberPicture(thumbnail_url)
          if (arrival !== 'awaited') return
          arriving.onLoad()
          onLoad()
        }}
        onAnimationEnd={arriving.onAnimationEnd}
        onError={() => !sharper && onError()}
      />
      {arrival !== 'there' && <Preview photo={photo} />}
    </>
  )
}

/** Blurred picture in the box of the photo. Empty for a photo that is already loaded. */
function Preview({ photo }: { photo: Photo }) {
  const [isWanted] = useState(() => !isRemembered(photo.thumbnail_url))
  return isWanted ? <Placeholder colours={photo.placeholder} pixels={pixelsOf(photo)} /> : null
}

export interface PlaceholderProps {
  /** The photo's ThumbHash, if the page knows it. */
  colours: string | null | undefined
  pixels?: { width: number; height: number } | null
}

/** Stands in for a photo that is loading: its blurred colours, or a grey box. */
export function Placeholder({ colours, pixels }: PlaceholderProps) {
  const ratio = pixels && pixels.width / pixels.height
  if (!colours) return <div class="placeholder" />
  return <Blurred class="preview-picture" placeholder={colours} ratio={ratio} />
}
