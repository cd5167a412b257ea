/** Thumbnails made by our reducer compared with plain sharp, and the peak memory of 40 concurrent thumbnails. */
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
 * Measures in a separate process with the settings of app.json. The reducer watches the process's real
 * memory, so leftovers of other benchmarks would make it wait.
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
  const ways: { name: string; make: () => Promise<unknown>; perSecond: number[]; perCore: number[] }[] = [
    {
      name: 'Publisher, three tenants (queue, checks, rotation, sRGB)',
      make: ours(() => `tenant-${calls++ % 3}`),
      perSecond: [],
      perCore: [],
    },
    {
      name: 'Publisher, one tenant (limited to half of the memory)',
      make: ours(() => 'tenant'),
      perSecond: [],
      perCore: [],
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
      perCore: [],
    },
  ]
  for (let round = 0; round < rounds; round++) {
    for (const way of ways) {
      const start = performance.now()
      const before = process.cpuUsage()
      // Two at a time, like the reducer.
      const queue = Array.from({ length: perRound }, () => way.make)
      const workers = [1, 2].map(async () => {
        for (let make = queue.pop(); make; make = queue.pop()) await make()
      })
      await Promise.all(workers)
      way.perSecond.push((perRound * 1000) / (performance.now() - start))
      const { user, system } = process.cpuUsage(before)
      way.perCore.push((perRound * 1e6) / (user + system))
    }
  }
  const plain = median(ways.at(-1)?.perSecond ?? [])
  return {
    title: 'Thumbnails of a 24-megapixel JPEG',
    columns: ['way', 'per second', 'relative', 'per second and core'],
    rows: ways.map(({ name, perSecond, perCore }) => [
      name,
      median(perSecond).toFixed(1),
      (median(perSecond) / plain).toFixed(2),
      median(perCore).toFixed(1),
    ]),
    note: `960x640, two at a time, one thread each. "Per core" divides by the processor time of all threads. ${rounds} rounds of ${perRound}, alternating. The photo is ${(photo.length / 1e6).toFixed(1)} MB large.`,
  }
}

async function noisyPhoto(width: number, height: number): Promise<Buffer> {
  const noise = { type: 'gaussian' as const, mean: 120, sigma: 40 }
  return sharp({ create: { width, height, channels: 3, background: '#765', noise } })
    .jpeg({ quality: 85 })
    .toBuffer()
}

if (import.meta.main) process.stdout.write(JSON.stringify(await throughput()))
