/** Photo on the stage: a blurred placeholder until it has loaded, a larger size when zoomed. */
import './picture.css'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useArrival } from './arrival.ts'
import { Blurred } from './blurred.tsx'
import type { GalleryState } from './gallery.ts'
import type { Photo } from './gallery-api.ts'
import { altText, pixelsOf } from './photo-text.ts'
import { isRemembered, pictureAt, pictureSources, rememberPicture } from './picture-sources.ts'
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
  const { thumbnail_url, placeholder } = photo
  const [isWanted] = useState(() => !isRemembered(thumbnail_url))
  const pixels = pixelsOf(photo)
  if (!isWanted) return null
  if (!placeholder) return <SmallPreview thumbnailUrl={thumbnail_url} />
  return (
    <Blurred
      class="preview-picture"
      placeholder={placeholder}
      ratio={pixels && pixels.width / pixels.height}
    />
  )
}

/** Small thumbnail for a photo without a placeholder. A grey box stands in until the ratio is known. */
function SmallPreview({ thumbnailUrl }: { thumbnailUrl: string }) {
  const [ratio, setRatio] = useState<number | null>(null)
  const box = useRef<HTMLImageElement>(null)
  useLayoutEffect(() => {
    if (ratio) box.current?.style.setProperty('--ratio', String(ratio))
  }, [ratio])
  return (
    <>
      {!ratio && <Placeholder />}
      <img
        class="preview-picture"
        ref={box}
        src={pictureAt(thumbnailUrl, 'w256h256')}
        alt=""
        draggable={false}
        hidden={!ratio}
        onLoad={({ currentTarget }) => setRatio(currentTarget.naturalWidth / currentTarget.naturalHeight)}
      />
    </>
  )
}

/** Stand-in for a photo whose data is loading; blurred colours where the grid knows them. */
export function Placeholder({ colours }: { colours?: string | undefined }) {
  return colours ? (
    <Blurred class="preview-picture" placeholder={colours} />
  ) : (
    <div class="placeholder" />
  )
}
