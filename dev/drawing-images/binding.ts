/**
 * Adds drawing to the Images binding of Miniflare, which leaves out every `draw()` without an error. Runs inside the Worker. The binding
 * makes the pictures, and a service of the host lays one over the other.
 */
import type { Overlay } from '../../src/providers/images/cloudflare/overlay.ts'
import type { ImagesService } from '../../src/providers/images/cloudflare/transform.ts'

type Transformer = ReturnType<ImagesService['input']>
type Output = Parameters<Transformer['output']>[0]
type Place = Pick<Overlay, 'opacity' | 'left' | 'top'>

/** The host's service, in web-platform types. */
export interface DrawingService {
  fetch(address: string, request: { method: string; body: FormData }): Promise<Response>
}

/** Wraps the binding. */
export function withDrawing(images: ImagesService, service: DrawingService): ImagesService {
  const plain = new WeakMap<Transformer, Transformer>()
  const wrapped = (inner: Transformer, draws: readonly [Transformer, Place][]): Transformer => {
    const transformer: Transformer = {
      transform: (options) => wrapped(inner.transform(options), draws),
      draw(overlay, options) {
        const drawn = overlay instanceof ReadableStream ? images.input(overlay) : overlay
        return wrapped(inner, [...draws, [plain.get(drawn) ?? drawn, options]])
      },
      output: (options) => (draws.length === 0 ? inner.output(options) : drawn(inner, draws, options)),
    }
    plain.set(transformer, inner)
    return transformer
  }

  async function drawn(inner: Transformer, draws: readonly [Transformer, Place][], options: Output) {
    const form = new FormData()
    form.append('options', JSON.stringify({ ...options, places: draws.map(([, place]) => place) }))
    for (const picture of [inner, ...draws.map(([overlay]) => overlay)]) {
      // The whole picture in the best quality, because it is encoded once more.
      const made = await picture.output({ format: 'image/webp', quality: 100, anim: false })
      form.append('picture', new File([await made.response().arrayBuffer()], 'picture'))
    }
    const response = await service.fetch('http://drawing/', { method: 'POST', body: form })
    if (!response.ok) throw new Error(await response.text())
    return { response: () => response }
  }

  return { info: (picture) => images.info(picture), input: (picture) => wrapped(images.input(picture), []) }
}
