/** Measures a picture: size, colours, brightness. */
import sharp from 'sharp'
import { Refusal } from './wire.ts'

/** A received picture, for tests of what leaves the product. */
export interface ReceivedPicture {
  width: number
  height: number
  format: string
  bytes: number
  detail: string
  /** True when the picture contains EXIF, XMP or IPTC. */
  hasMetadata: boolean
  /** Names of the most common colours, the most common first. */
  colours: string[]
  /** Brightness from 0 (black) to 1 (white). */
  brightness: number
  /** Standard deviation of the brightness: 0 is flat. */
  contrast: number
}

const side = 48
const namedHues: readonly [upTo: number, name: string][] = [
  [15, 'red'],
  [40, 'orange'],
  [65, 'gold'],
  [160, 'green'],
  [195, 'teal'],
  [255, 'blue'],
  [290, 'violet'],
  [340, 'rose'],
  [360, 'red'],
]

/** Measures the picture of a data URL. Throws {@link Refusal} for any other URL or content. */
export async function inspectPicture(url: string, detail: string): Promise<ReceivedPicture> {
  const [, mediaType, encoded] = /^data:(image\/[a-z]+);base64,([\w+/=]+)$/.exec(url) ?? []
  if (mediaType === undefined || encoded === undefined) throw badPicture('Invalid image URL')
  const bytes = Buffer.from(encoded, 'base64')
  const unreadable = () => {
    throw badPicture('You uploaded an unsupported image')
  }
  const { format, width, height, exif, xmp, iptc } = await sharp(bytes).metadata().catch(unreadable)
  const pixels = await sharp(bytes)
    .resize(side, side, { fit: 'fill' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer()
  return {
    width,
    height,
    format,
    bytes: bytes.length,
    detail,
    hasMetadata: Boolean(exif ?? xmp ?? iptc),
    ...statisticsOf(pixels),
  }
}

function badPicture(message: string): Refusal {
  return new Refusal(400, message, { code: 'invalid_image_format' })
}

function statisticsOf(pixels: Uint8Array): Pick<ReceivedPicture, 'colours' | 'brightness' | 'contrast'> {
  const counts = new Map<string, number>()
  const lightness: number[] = []
  for (let at = 0; at + 2 < pixels.length; at += 3) {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(at, at + 3)
    lightness.push((0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255)
    const name = nameOf(red / 255, green / 255, blue / 255)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const brightness = mean(lightness)
  const contrast = Math.sqrt(mean(lightness.map((value) => (value - brightness) ** 2)))
  const commonest = [...counts].toSorted(([, one], [, other]) => other - one)
  return { colours: commonest.slice(0, 3).map(([name]) => name), brightness, contrast }
}

/** Names a colour by hue, lightness and saturation. Dark oranges are brown. */
function nameOf(red: number, green: number, blue: number): string {
  const high = Math.max(red, green, blue)
  const spread = high - Math.min(red, green, blue)
  if (high < 0.12) return 'black'
  if (spread < 0.08) return high > 0.85 ? 'white' : 'grey'
  const sixth =
    high === red
      ? (green - blue) / spread
      : high === green
        ? 2 + (blue - red) / spread
        : 4 + (red - green) / spread
  const hue = (sixth * 60 + 360) % 360
  const name = namedHues.find(([upTo]) => hue <= upTo)?.[1] ?? 'red'
  return high < 0.6 && (name === 'orange' || name === 'gold') ? 'brown' : name
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
