/**
 * Draws a line of text without fonts of the system, the same on every host. The text is white with a soft dark edge, which reads on light
 * and on dark photos.
 */
import type { Glyph, GlyphPoint, Outline } from './font.ts'
import { fontMetrics } from './glyphs.ts'
import { lettersOf } from './letters.ts'
import { encodePng } from './png.ts'
import { createRaster, type Raster } from './raster.ts'

export interface TextPicture {
  png: Uint8Array<ArrayBuffer>
  width: number
  height: number
}

/** Upper bounds in pixels: of the picture's width, and of an em. */
export const maxTextWidth = 1200
const largestEm = 128
/** Width of the dark edge in ems, and its opacity. */
const edge = { width: 0.035, opacity: 0.6 }
/** Pieces of a curve. */
const pieces = 8

/** Returns the picture, at most {@link maxTextWidth} wide; `null` if the text has no visible character that the font knows. */
export async function textPicture(text: string): Promise<TextPicture | null> {
  const letters = lettersOf(text)
  const placed = placesOf(letters)
  const ink = inkOf(placed)
  if (!ink) return null
  const { unitsPerEm } = fontMetrics
  const widthInEms = (ink.right - ink.left) / unitsPerEm + 6 * edge.width
  const em = Math.min(largestEm, (maxTextWidth - 2) / widthInEms)
  const margin = Math.ceil(em * edge.width * 2) + 1
  const scale = em / unitsPerEm
  const width = Math.min(maxTextWidth, Math.ceil((ink.right - ink.left) * scale) + 2 * margin)
  const height = Math.ceil((ink.top - ink.bottom) * scale) + 2 * margin
  const raster = createRaster(width, height)
  const toPixels = ({ x, y }: Point): Point => ({
    x: (x - ink.left) * scale + margin,
    y: (ink.top - y) * scale + margin,
  })
  for (const { outline, x, y } of placed)
    fill(raster, outline, (point) => toPixels({ x: point.x + x, y: point.y + y }))
  const radius = Math.max(1, Math.round(em * edge.width))
  return {
    png: await encodePng(width, height, withEdge(raster.coverage(), width, height, radius)),
    width,
    height,
  }
}

interface Point {
  x: number
  y: number
}

interface Placed extends Point {
  outline: Outline
}

function placesOf(letters: readonly Glyph[]): Placed[] {
  let pen = 0
  return letters.flatMap(({ advance, parts }) => {
    const start = pen
    pen += advance
    return parts.map(({ outline, x, y }) => ({ outline, x: start + x, y }))
  })
}

/** Returns the bounds of all points, `null` if there are none. */
function inkOf(placed: readonly Placed[]) {
  const bounds = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity }
  for (const { outline, x, y } of placed) {
    for (const point of outline.flat()) {
      bounds.left = Math.min(bounds.left, x + point.x)
      bounds.right = Math.max(bounds.right, x + point.x)
      bounds.bottom = Math.min(bounds.bottom, y + point.y)
      bounds.top = Math.max(bounds.top, y + point.y)
    }
  }
  return bounds.left < bounds.right ? bounds : null
}

function fill(raster: Raster, outline: Outline, place: (point: Point) => Point): void {
  for (const contour of outline) {
    const path = flattened(contour).map(place)
    path.forEach((from, index) => {
      const to = path[(index + 1) % path.length] ?? from
      raster.line(from.x, from.y, to.x, to.y)
    })
  }
}

/** Returns the corners of a contour, with curves as pieces. Two control points in a row have a point of the contour in their middle. */
function flattened(contour: readonly GlyphPoint[]): Point[] {
  const points = contour.flatMap((point, index) => {
    const before = contour.at(index - 1) ?? point
    return point.isOn || before.isOn ? [point] : [{ ...middle(before, point), isOn: true }, point]
  })
  return points.flatMap((point, index) => {
    if (point.isOn) return [point]
    const from = points.at(index - 1) ?? point
    const to = points[(index + 1) % points.length] ?? point
    const end = to.isOn ? to : middle(point, to)
    return Array.from({ length: pieces - 1 }, (_, piece) => onCurve(from, point, end, (piece + 1) / pieces))
  })
}

const middle = (one: Point, other: Point): Point => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 })

function onCurve(from: Point, control: Point, to: Point, at: number): Point {
  const mix = (a: number, b: number, c: number) => (1 - at) ** 2 * a + 2 * (1 - at) * at * b + at ** 2 * c
  return { x: mix(from.x, control.x, to.x), y: mix(from.y, control.y, to.y) }
}

/** Returns grey and opacity of each pixel: white letters over their own blurred shadow. */
function withEdge(letters: Uint8Array, width: number, height: number, radius: number): Uint8Array {
  const grown = blurred(blurred(letters, width, height, radius), width, height, radius)
  const pixels = new Uint8Array(letters.length * 2)
  for (let at = 0; at < letters.length; at++) {
    const white = (letters[at] ?? 0) / 255
    // A blur halves the shadow at the border of a letter, where it is needed most.
    const dark = Math.min(1, (2 * (grown[at] ?? 0)) / 255) * edge.opacity
    const opacity = white + dark * (1 - white)
    pixels[2 * at] = opacity === 0 ? 0 : Math.round((255 * white) / opacity)
    pixels[2 * at + 1] = Math.round(255 * opacity)
  }
  return pixels
}

function blurred(pixels: Uint8Array, width: number, height: number, radius: number): Uint8Array {
  const once = meanAlong(pixels, { lines: height, length: width, step: 1, lineStep: width }, radius)
  return meanAlong(once, { lines: width, length: height, step: width, lineStep: 1 }, radius)
}

/** Replaces each pixel of a line by the mean around it. */
function meanAlong(
  pixels: Uint8Array,
  { lines, length, step, lineStep }: { lines: number; length: number; step: number; lineStep: number },
  radius: number,
): Uint8Array {
  const result = new Uint8Array(pixels.length)
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep
    let sum = 0
    for (let at = -radius; at < length; at++) {
      if (at + radius < length) sum += pixels[start + (at + radius) * step] ?? 0
      if (at - radius - 1 >= 0) sum -= pixels[start + (at - radius - 1) * step] ?? 0
      if (at >= 0) result[start + at * step] = Math.round(sum / (2 * radius + 1))
    }
  }
  return result
}
