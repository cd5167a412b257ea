/** Photo on the stage: a blurred preview until it has loaded, the largest size when zoomed. */
import './picture.css'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { GalleryState } from './gallery.ts'
import type { Photo } from './gallery-api.ts'
import { altText } from './photo-text.ts'
import { isRemembered, pictureAt, pictureSources, rememberPicture } from './picture-sources.ts'

export interface PictureProps {
  photo: Photo
  direction: GalleryState['direction']
  isZoomed: boolean
  onLoad: () => void
  onError: () => void
}

export function Picture({ photo, direction, isZoomed, onLoad, onError }: PictureProps) {
  const { thumbnail_url } = photo
  const [isLoaded, setLoaded] = useState(false)
  const fullSize = useFullSize(thumbnail_url, isZoomed)
  return (
    <>
      <img
        class={`picture ${direction}`}
        {...(fullSize ? { src: fullSize } : pictureSources(thumbnail_url))}
        alt={altText(photo)}
        decoding="sync"
        draggable={false}
        onLoad={() => {
          rememberPicture(thumbnail_url)
          if (isLoaded) return
          setLoaded(true)
          onLoad()
        }}
        onError={() => !fullSize && onError()}
      />
      {!isLoaded && <Preview thumbnailUrl={thumbnail_url} />}
    </>
  )
}

/** Returns the address of the largest size once it is decoded, after the first zoom. */
function useFullSize(thumbnailUrl: string, isZoomed: boolean): string | null {
  const [fullSize, setFullSize] = useState<string | null>(null)
  useEffect(() => {
    if (!isZoomed || fullSize) return
    let isGone = false
    const image = new Image()
    image.src = pictureAt(thumbnailUrl, 'w2048h1536')
    image.decode().then(
      () => !isGone && setFullSize(image.src),
      // The smaller picture stays.
      () => {},
    )
    return () => {
      isGone = true
    }
  }, [thumbnailUrl, isZoomed, fullSize])
  return fullSize
}

/** Blurred thumbnail in the box of the photo, or a placeholder until its ratio is known. Empty for a photo that is already loaded. */
function Preview({ thumbnailUrl }: { thumbnailUrl: string }) {
  const [isWanted] = useState(() => !isRemembered(thumbnailUrl))
  const [ratio, setRatio] = useState<number | null>(null)
  const box = useRef<HTMLImageElement>(null)
  useLayoutEffect(() => {
    if (ratio) box.current?.style.setProperty('--ratio', String(ratio))
  }, [ratio])
  if (!isWanted) return null
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

export function Placeholder() {
  return <div class="placeholder" />
}
