/** Thumbnails through our reducer against sharp called plainly, alternating; and what 40 at once take in memory. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { z } from 'zod'
import { createSharpReducer } from '../src/providers/images/sharp.ts'
import { median, type Table } from './table.ts'
import { dynoSettings, thumbnailMemory } from './thumbnail-memory.ts'

const rounds = 5
const perRound = 8
const box = { width: 960, height: 640 }

/**
 * In a process of its own with the settings of app.json: what other measurements leave in memory would make the reducer wait, which
 * counts what the process really takes.
 */
export async function measureThumbnails(): Promise<Table[]> {
  const env = { ...process.env, ...dynoSettings }
  const { stdout } = await run(process.execPath, [fileURLToPath(import.meta.url)], { env })
  return [tableSchema.parse(JSON.parse(stdout)), await thumbnailMemory()]
}

const run = promisify(execFile)
const tableSchema = z.object({
  title: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.string())),
  note: z.string(),
})

async function throughput(): Promise<Table> {
  const photo = await noisyPhoto(6000, 4000)
  const reducer = createSharpReducer()
  const ours = (owner: () => string) => () =>
    reducer.reduce(
      { body: new Blob([new Uint8Array(photo)]).stream(), size: photo.length },
      box,
      'image/jpeg',
      owner(),
    )
  let calls = 0
  const ways: { name: string; make: () => Promise<unknown>; perSecond: number[] }[] = [
    {
      name: 'Publisher, three tenants (queue, checks, upright, sRGB)',
      make: ours(() => `tenant-${calls++ % 3}`),
      perSecond: [],
    },
    {
      name: 'Publisher, one tenant (which may take half of the memory)',
      make: ours(() => 'tenant'),
      perSecond: [],
    },
    {
      name: 'sharp alone (autoOrient, resize, jpeg)',
      make: () =>
        sharp(photo)
          .autoOrient()
          .resize({ ...box, fit: 'inside' })
          .jpeg({ quality: 82 })
          .toBuffer(),
      perSecond: [],
    },
  ]
  for (let round = 0; round < rounds; round++) {
    for (const way of ways) {
      const start = performance.now()
      // As many as the reducer decodes side by side.
      const queue = Array.from({ length: perRound }, () => way.make)
      const workers = [1, 2].map(async () => {
        for (let make = queue.pop(); make; make = queue.pop()) await make()
      })
      await Promise.all(workers)
      way.perSecond.push((perRound * 1000) / (performance.now() - start))
    }
  }
  const plain = median(ways.at(-1)?.perSecond ?? [])
  return {
    title: 'Thumbnails of a 24-megapixel JPEG',
    columns: ['way', 'per second', 'relative'],
    rows: ways.map(({ name, perSecond }) => [
      name,
      median(perSecond).toFixed(1),
      (median(perSecond) / plain).toFixed(2),
    ]),
    note: `960x640, two at a time, one thread each; ${rounds} rounds of ${perRound}, alternating. The photo has ${(photo.length / 1e6).toFixed(1)} MB.`,
  }
}

async function noisyPhoto(width: number, height: number): Promise<Buffer> {
  const noise = { type: 'gaussian' as const, mean: 120, sigma: 40 }
  return sharp({ create: { width, height, channels: 3, background: '#765', noise } })
    .jpeg({ quality: 85 })
    .toBuffer()
}

if (import.meta.main) process.stdout.write(JSON.stringify(await throughput()))
