/** Sample photos, painted by code, for the demo and for whoever has none at hand. */
import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import type { Look } from './sample-photos/palette.ts'

export interface SamplePhotoOptions {
  /** The photographer's colours and subjects: evenings, a studio, or the coast. */
  look: Look
  /** How many photos; from the ninth on, subjects return in another version. Default: 8, one of each kind. */
  count?: number
}

const maxPainters = 4
const finishedSchema = z.object({ index: z.number(), name: z.string() })

/**
 * Writes photos, and sidecars for most of them, into the directory, which is created where it is missing. The same
 * options always give the same files. Eight of them are JPEG (one progressive, one of 24 megapixels), PNG and WebP, in
 * landscape, portrait and square, with camera and GPS in their EXIF data and each EXIF orientation once.
 *
 * Gives the photos' file names. Other files in the directory stay; those of the same name are overwritten.
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
