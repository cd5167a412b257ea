/** Sharper picture of a zoomed photo: real pixels where the original has them. */
import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ThumbnailSize } from '../../../workflow/thumbnail.ts'
import { pictureAt, savesData } from '../picture-sources.ts'

export interface SharperOptions {
  picture: RefObject<HTMLImageElement | null>
  thumbnailUrl: string
  /** Long side of the original in pixels; `null` if unknown. */
  original: number | null
  /** Scale of the photo, 1 at rest. */
  scale: number
}

/** Returns the address of the sharpest picture that is decoded; `null` without zoom. The end of the zoom frees its memory. */
export function useSharper({ picture, thumbnailUrl, original, scale }: SharperOptions): string | null {
  const [loaded, setLoaded] = useState<{ address: string; steps: number } | null>(null)
  const isZoomed = scale > 1
  const sizes = isZoomed ? sharpSizesFor(scale * longSideOf(picture.current), original ?? largestSide) : []
  const wanted = sizes.length
  useEffect(() => {
    if (!isZoomed) return setLoaded(null)
    const stop = new AbortController()
    void loadSteps(stop.signal)
    return () => stop.abort()

    async function loadSteps(signal: AbortSignal): Promise<void> {
      for (const [step, size] of sizes.entries()) {
        if (step < (loaded?.steps ?? 0)) continue
        const address = pictureAt(thumbnailUrl, size)
        // Without this size, the smaller picture stays.
        if (!(await isDecoded(address, signal)) || signal.aborted) return
        setLoaded({ address, steps: step + 1 })
      }
    }
  }, [thumbnailUrl, isZoomed, wanted])
  return isZoomed ? (loaded?.address ?? null) : null
}

/** Largest long side that the server makes for a zoomed photo, and that of the size before. */
const largestSide = 4096
const largeSide = 2048

/** Returns the sizes to load one after the other. `needed` is the long side on the screen, `original` that of the photo. */
function sharpSizesFor(needed: number, original: number): ThumbnailSize[] {
  const isLargest = Math.min(needed, original) > largeSide && !savesData()
  return isLargest ? ['w2048h1536', 'w4096h4096'] : ['w2048h1536']
}

/** Loads and decodes a picture. Gives up the request when `signal` aborts. */
async function isDecoded(address: string, signal: AbortSignal): Promise<boolean> {
  const image = new Image()
  signal.addEventListener('abort', () => image.removeAttribute('src'), { once: true })
  image.src = address
  return image.decode().then(
    () => true,
    () => false,
  )
}

/** Returns the long side of the photo at rest, in device pixels. */
function longSideOf(picture: HTMLImageElement | null): number {
  if (!picture?.naturalWidth) return 0
  const { clientWidth, clientHeight, naturalWidth, naturalHeight } = picture
  const fit = Math.min(clientWidth / naturalWidth, clientHeight / naturalHeight)
  return fit * Math.max(naturalWidth, naturalHeight) * devicePixelRatio
}
