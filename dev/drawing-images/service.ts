/** Lays pictures over each other with sharp, for ./binding.ts. */
import { Response } from 'miniflare'
import sharp, { type Sharp } from 'sharp'
import { z } from 'zod'

const optionsSchema = z.object({
  format: z.enum(['image/jpeg', 'image/webp', 'image/avif']),
  quality: z.number(),
  places: z.array(z.object({ opacity: z.number(), left: z.number(), top: z.number() })),
})

interface Form {
  get(name: string): unknown
  getAll(name: string): unknown[]
}

/** Handles one request of the Worker. */
export async function drawPictures(request: { formData(): Promise<Form> }): Promise<Response> {
  const form = await request.formData()
  const { format, quality, places } = optionsSchema.parse(JSON.parse(String(form.get('options'))))
  const pictures = form.getAll('picture').map((part) => (part instanceof Blob ? part.arrayBuffer() : null))
  const [base, ...overlays] = await Promise.all(pictures)
  if (!base) return new Response('no picture', { status: 400 })
  const drawn = sharp(base).composite(
    await Promise.all(
      places.map(async ({ opacity, left, top }, index) => ({
        ...(await translucent(overlays[index] ?? new ArrayBuffer(0), opacity)),
        left,
        top,
      })),
    ),
  )
  const bytes = await (
    {
      'image/jpeg': () => drawn.flatten({ background: '#ffffff' }).jpeg({ quality }),
      'image/webp': () => drawn.webp({ quality }),
      'image/avif': () => drawn.avif({ quality, effort: 1 }),
    } satisfies Record<typeof format, () => Sharp>
  )
    [format]()
    .toBuffer()
  return new Response(new Uint8Array(bytes), { headers: { 'content-type': format } })
}

async function translucent(picture: ArrayBuffer, opacity: number) {
  const { data, info } = await sharp(picture).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  for (let at = 3; at < data.length; at += 4) data[at] = Math.round((data[at] ?? 0) * opacity)
  return { input: data, raw: info }
}
