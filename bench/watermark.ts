/** Measures the cost of a watermark: pictures for platforms from a photo of 24 megapixels, with and without it, by turns. */
import type { PictureBox, Watermark } from '../src/ports/images.ts'
import { createSharpReducer } from '../src/providers/images/sharp.ts'
import { makeWatermark } from '../src/workflow/watermark.ts'
import { noisyPhoto } from './noisy-photo.ts'
import { median, type Table } from './table.ts'

const rounds = 15
const boxes: Readonly<Record<string, PictureBox>> = {
  'mail, 2048 pixels': { width: 2048, height: 2048 },
  'Bluesky, 2000 pixels within 1,000,000 bytes': { width: 2000, height: 2000, maxBytes: 1_000_000 },
}

export async function measureWatermark(): Promise<Table[]> {
  const images = createSharpReducer()
  const settings = {
    text: '© Alice',
    image: undefined,
    position: 'bottom-right',
    opacity: 0.5,
    size: 0.2,
  } as const
  const store = { readOwnFile: async () => null }
  const watermark = await makeWatermark({ store, images, owner: 'bench' }, settings)
  if (!watermark) throw new Error('no watermark')
  const photo = new Uint8Array(await noisyPhoto(6000, 4000))
  const rows: string[][] = []
  for (const [title, box] of Object.entries(boxes)) {
    const timed = async (mark: Watermark | null) => {
      const start = performance.now()
      const source = { body: new Blob([photo]).stream(), size: photo.length }
      const reduction = { box, mediaType: 'image/jpeg' as const, ...(mark && { watermark: mark }) }
      await images.reduceAll(source, [reduction], { owner: 'bench' })
      return performance.now() - start
    }
    const without: number[] = []
    const marked: number[] = []
    for (let round = 0; round < rounds; round++) {
      without.push(await timed(null))
      marked.push(await timed(watermark))
    }
    const difference = median(marked.map((ms, at) => ms - (without[at] ?? ms)))
    rows.push([title, median(without).toFixed(0), median(marked).toFixed(0), difference.toFixed(0)])
  }
  return [
    {
      title: 'A watermark on a platform’s picture of a 24-megapixel photo',
      columns: ['picture', 'ms without', 'ms with', 'median difference, ms'],
      rows,
      note: `${rounds} pairs by turns. The difference should be at most 30 ms.`,
    },
  ]
}
