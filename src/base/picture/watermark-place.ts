/** Places a watermark in a picture. All reducers follow the same rule. */
import type { Size } from './fit.ts'

/** A place in whole pixels, within the picture. */
export interface Place extends Size {
  left: number
  top: number
}

/** Shape of a watermark. Its place is one or two of `top`, `bottom`, `left` and `right`, or neither for the middle. */
interface Mark extends Size {
  position: string
  /** Width as a share of the picture's width, above 0 to 1. */
  share: number
}

/** Pictures with a shorter long side get no watermark: it would be unreadable. Pixels. */
const smallestMarked = 120
/** Distance from the edges as a share of the short side. */
const marginShare = 0.03

/** Returns the place, or `null` for a picture that is too small. A high watermark is made smaller until it fits. */
export function placeOf(picture: Size, { width, height, position, share }: Mark): Place | null {
  if (Math.max(picture.width, picture.height) < smallestMarked) return null
  const margin = Math.max(1, Math.round(Math.min(picture.width, picture.height) * marginShare))
  const room = {
    width: Math.max(1, picture.width - 2 * margin),
    height: Math.max(1, picture.height - 2 * margin),
  }
  const scale = Math.min((picture.width * share) / width, room.width / width, room.height / height)
  const size = { width: side(width * scale, room.width), height: side(height * scale, room.height) }
  const along = (outer: number, inner: number, first: string, last: string) => {
    const free = outer - inner
    if (position.includes(first)) return Math.min(margin, free)
    return position.includes(last) ? Math.max(0, free - margin) : Math.floor(free / 2)
  }
  return {
    ...size,
    left: along(picture.width, size.width, 'left', 'right'),
    top: along(picture.height, size.height, 'top', 'bottom'),
  }
}

const side = (length: number, most: number) => Math.min(most, Math.max(1, Math.round(length)))
