/** Thumbnails made by our reducer compared with plain sharp, and the peak memory of 40 concurrent thumbnails. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { z } from 'zod'
import { createSharpReducer } from '../src/providers/images/sharp.ts'
import { inspect } from '../src/providers/images/sharp-encode.ts'
import { readOriginal } from '../src/providers/images/sharp-source.ts'
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

interface Way {
  name: string
  make: () => Promise<unknown>
}

async function throughput(): Promise<Table> {
  const photo = await noisyPhoto(6000, 4000)
  const ways = waysOf(photo)
  const wallMs = ways.map((): number[] => [])
  const coreMs = ways.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, { make }] of ways.entries()) {
      const { wall, core } = await timed(make)
      wallMs[index]?.push(wall)
      coreMs[index]?.push(core)
    }
  }
  const wallOf = (index: number) => median(wallMs[index] ?? [])
  const coreOf = (index: number) => median(coreMs[index] ?? [])
  return {
    title: 'Thumbnails of a 24-megapixel JPEG',
    columns: ['way', 'per second', 'relative', 'per second and core', 'relative', 'ms of a core'],
    rows: ways.map(({ name }, index) => [
      name,
      (1000 / wallOf(index)).toFixed(1),
      (wallOf(0) / wallOf(index)).toFixed(2),
      (1000 / coreOf(index)).toFixed(1),
      (coreOf(0) / coreOf(index)).toFixed(2),
      coreOf(index).toFixed(1),
    ]),
    note: `960x640, two at a time, one thread each. "Per core" divides by the processor time of all threads. ${rounds} rounds of ${perRound}, alternating. The photo is ${(photo.length / 1e6).toFixed(1)} MB large. Originals arrive as streams of 64 kB chunks from memory. "Only" rows show where the rest goes.`,
  }
}

/** Returns the ways to compare. All others are relative to the first. */
function waysOf(photo: Uint8Array<ArrayBuffer>): readonly Way[] {
  const reducer = createSharpReducer()
  const source = () => ({ body: chunksOf(photo), size: photo.length })
  const hurried = AbortSignal.timeout(3_600_000)
  const pace = { graceMs: 10_000, bytesPerSecond: 256_000 }
  let calls = 0
  return [
    {
      name: 'sharp alone (autoOrient, sRGB, resize, strip)',
      make: () =>
        sharp(photo)
          .autoOrient()
          .resize({ ...box, fit: 'inside' })
          .jpeg({ quality: 80 })
          .toBuffer(),
    },
    {
      name: 'Publisher, three tenants',
      make: () => reducer.reduce(source(), box, 'image/jpeg', `tenant-${calls++ % 3}`),
    },
    {
      name: 'Publisher, one tenant (limited to half of the memory)',
      make: () => reducer.reduce(source(), box, 'image/jpeg', 'tenant'),
    },
    {
      name: 'Publisher, three sizes from one decode (w480, w960, w2048)',
      make: () => reducer.reduceAll(source(), severalSizes, { owner: 'tenant' }),
    },
    {
      name: 'only: reading the stream into one buffer',
      make: () => readOriginal(source().body, photo.length, hurried, pace),
    },
    { name: 'only: the header for memory and shape', make: () => inspect(photo) },
  ]
}

const severalSizes = [480, 960, 2048].map((width) => {
  return { box: { width, height: width }, mediaType: 'image/jpeg' } as const
})

/** Returns milliseconds per thumbnail, two at a time like the reducer: by the clock, and of all threads. */
async function timed(make: () => Promise<unknown>): Promise<{ wall: number; core: number }> {
  const start = performance.now()
  const before = process.cpuUsage()
  const queue = Array.from({ length: perRound }, () => make)
  const workers = [1, 2].map(async () => {
    for (let next = queue.pop(); next; next = queue.pop()) await next()
  })
  await Promise.all(workers)
  const { user, system } = process.cpuUsage(before)
  return { wall: (performance.now() - start) / perRound, core: (user + system) / 1000 / perRound }
}

/** Streams the bytes without copying them, in chunks as large as a storage's. */
function chunksOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunk = 65_536
  let at = 0
  return new ReadableStream(
    {
      pull(controller) {
        if (at >= bytes.length) return controller.close()
        controller.enqueue(bytes.subarray(at, at + chunk))
        at += chunk
      },
    },
    { highWaterMark: 0 },
  )
}

async function noisyPhoto(width: number, height: number): Promise<Uint8Array<ArrayBuffer>> {
  const noise = { type: 'gaussian' as const, mean: 120, sigma: 40 }
  const photo = await sharp({ create: { width, height, channels: 3, background: '#765', noise } })
    .jpeg({ quality: 85 })
    .toBuffer()
  return new Uint8Array(photo)
}

if (import.meta.main) process.stdout.write(JSON.stringify(await throughput()))
