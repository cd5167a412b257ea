/** Checks once per reducer if the Images binding draws. A binding of a development tool may leave the drawing out without an error. */
import { PublisherError } from '../../../base/errors.ts'
import { encodePng } from '../../../base/watermark/png.ts'
import type { Overlay } from './overlay.ts'
import type { ImagesService } from './transform.ts'

const side = 16
const place = { opacity: 1, left: 4, top: 4 } satisfies Partial<Overlay>

/**
 * Creates the check, which throws `watermark_unavailable` if the same picture comes out with and without a drawing. Remembers only success,
 * and shares no promise, which would belong to one request.
 */
export function createDrawProbe(binding: ImagesService): () => Promise<void> {
  let draws = false
  return async () => {
    if (draws) return
    const [plain, drawn] = await Promise.all([output(binding, false), output(binding, true)])
    draws = plain.length !== drawn.length || plain.some((byte, at) => byte !== drawn[at])
    if (draws) return
    throw new PublisherError('watermark_unavailable', 'The image service of this server draws no watermarks.')
  }
}

/** Returns a small black picture, perhaps with a white square. */
async function output(binding: ImagesService, isDrawn: boolean): Promise<Uint8Array> {
  const whole = { width: side, height: side, fit: 'scale-down' } as const
  const part = { width: side / 2, height: side / 2, fit: 'contain' } as const
  const black = binding.input(new Blob([await square(0)]).stream()).transform(whole)
  const white = async () => binding.input(new Blob([await square(255)]).stream()).transform(part)
  const picture = isDrawn ? black.draw(await white(), place) : black
  const result = await picture.output({ format: 'image/webp', quality: 90, anim: false })
  return new Uint8Array(await result.response().arrayBuffer())
}

function square(grey: number): Promise<Uint8Array<ArrayBuffer>> {
  const pixels = new Uint8Array(side * side * 2).fill(255)
  for (let at = 0; at < pixels.length; at += 2) pixels[at] = grey
  return encodePng(side, side, pixels)
}
