/** Stores a picture as a tilted camera does: turned, with an EXIF orientation that tells how to turn it back. */
import type { Raw } from 'sharp'

export interface RawPicture {
  data: Uint8Array
  info: Pick<Raw, 'width' | 'height' | 'channels'>
}

/** Visible position of a stored pixel, by orientation (EXIF 2.32, section 4.6.4). */
const seenAt: readonly ((
  column: number,
  row: number,
  right: number,
  bottom: number,
) => readonly [number, number])[] = [
  (column, row) => [column, row],
  (column, row, right) => [right - column, row],
  (column, row, right, bottom) => [right - column, bottom - row],
  (column, row, _, bottom) => [column, bottom - row],
  (column, row) => [row, column],
  (column, row, right) => [right - row, column],
  (column, row, right, bottom) => [right - row, bottom - column],
  (column, row, _, bottom) => [row, bottom - column],
]

/** Returns an upright picture as stored under an orientation from 1 to 8. */
export function storedAs({ data, info }: RawPicture, orientation: number): RawPicture {
  const place = seenAt[orientation - 1]
  if (!place || orientation === 1) return { data, info }
  const isTurned = orientation >= 5
  const width = isTurned ? info.height : info.width
  const height = isTurned ? info.width : info.height
  const stored = new Uint8Array(data.length)
  for (let row = 0, to = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = place(column, row, info.width - 1, info.height - 1)
      const from = (y * info.width + x) * info.channels
      for (let channel = 0; channel < info.channels; channel++, to++) stored[to] = data[from + channel] ?? 0
    }
  }
  return { data: stored, info: { ...info, width, height } }
}
