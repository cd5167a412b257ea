/** Sample photos painted by code, for the demo and for developers without photos. */
import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import type { Look } from './sample-photos/palette.ts'

export interface SamplePhotoOptions {
  /** Colours and subjects of the photographer: evenings, a studio, the coast, or a garden. */
  look: Look
  /** Number of photos. From the ninth on, subjects repeat in another version. Default: 8, one of each kind. */
  count?: number
}

const maxPainters = 4
const finishedSchema = z.object({ index: z.number(), name: z.string() })

/**
 * Writes photos, and sidecars for most of them, into the directory, and creates it if missing. The same options always produce
 * the same files.
 *
 * Eight photos cover JPEG (one progressive, one of 24 megapixels), PNG and WebP, in landscape, portrait and square. Their EXIF
 * data has a camera and GPS, and each EXIF orientation occurs once.
 *
 * Returns the photos' file names. Overwrites files of the same name, and keeps other files.
 */
export async function writeSamplePhotos(
  directory: string,
  { look, count = 8 }: SamplePhotoOptions,
): Promise<string[]> {
  await mkdir(directory, { recursive: true })
  const painters = Math.min(maxPainters, availableParallelism(), count)
  const names = new Map<number, string>()
  await Promise.all(
    Array.from({ length: painters }, (_, painter) => {
      const all = Array.from({ length: count }, (_, index) => index)
      const indices = all.filter((index) => index % painters === painter)
      return paint({ directory, look, indices }, (index, name) => names.set(index, name))
    }),
  )
  return Array.from({ length: count }, (_, index) => names.get(index) ?? '')
}

function paint(
  order: { directory: string; look: Look; indices: number[] },
  onFinished: (index: number, name: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const painter = new Worker(new URL('./sample-photos/painter.ts', import.meta.url), { workerData: order })
    painter.on('message', (message: unknown) => {
      const { index, name } = finishedSchema.parse(message)
      onFinished(index, name)
    })
    painter.on('error', reject)
    painter.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`a painter ended with code ${code}`)),
    )
  })
}
