/**
 * Fills outlines with antialiasing. Each line adds the area that it covers to its pixels, and a sum along each row gives the coverage
 * (https://medium.com/@raphlinus/inside-the-fastest-font-renderer-in-the-world-75ae5270c445).
 */

export interface Raster {
  /** Adds an edge of a closed outline, in pixels. Parts outside the raster are moved to its border. */
  line(fromX: number, fromY: number, toX: number, toY: number): void
  /** Returns the coverage of each pixel, from 0 to 255. */
  coverage(): Uint8Array
}

/** Creates an empty raster. */
export function createRaster(width: number, height: number): Raster {
  // Two more columns, because an edge in the last pixel also changes its neighbour.
  const stride = width + 2
  const areas = new Float32Array(stride * height)
  const within = (value: number, limit: number) => Math.min(Math.max(value, 0), limit)

  function addRow(row: number, from: number, to: number, covered: number): void {
    const [left, right] = from < to ? [from, to] : [to, from]
    const first = Math.floor(left)
    const last = Math.max(first, Math.ceil(right) - 1)
    const add = (column: number, area: number) => {
      const at = row * stride + column
      areas[at] = (areas[at] ?? 0) + area
    }
    let before = 0
    for (let column = first; column <= last; column++) {
      const after = shareRightOf(left, right, column)
      add(column, covered * (after - before))
      before = after
    }
    add(last + 1, covered * (1 - before))
  }

  return {
    line(fromX, fromY, toX, toY) {
      const direction = fromY < toY ? 1 : -1
      const [x0, y0, x1, y1] = direction > 0 ? [fromX, fromY, toX, toY] : [toX, toY, fromX, fromY]
      const [top, bottom] = [within(y0, height), within(y1, height)]
      const xAt = (y: number) => within(y1 === y0 ? x0 : x0 + ((x1 - x0) * (y - y0)) / (y1 - y0), width)
      for (let row = Math.floor(top); row < bottom; row++) {
        const [begin, end] = [Math.max(row, top), Math.min(row + 1, bottom)]
        if (end > begin) addRow(row, xAt(begin), xAt(end), direction * (end - begin))
      }
    },

    coverage() {
      const result = new Uint8Array(width * height)
      for (let row = 0; row < height; row++) {
        let sum = 0
        for (let column = 0; column < width; column++) {
          sum += areas[row * stride + column] ?? 0
          result[row * width + column] = Math.round(Math.min(1, Math.abs(sum)) * 255)
        }
      }
      return result
    },
  }
}

/** Returns the share of a pixel that lies right of an edge, which runs evenly from `left` to `right` within the pixel's row. */
function shareRightOf(left: number, right: number, column: number): number {
  const end = column + 1
  const span = right - left
  if (span < 1e-6) return Math.min(Math.max(end - left, 0), 1)
  const inside = (value: number) => Math.min(Math.max(value, left), right)
  const [from, to] = [inside(column), inside(end)]
  // Left of the pixel the edge leaves all of it, inside a part, and beyond it nothing.
  return (from - left + (to - from) * (end - (from + to) / 2)) / span
}
