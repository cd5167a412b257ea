/**
 * Peak memory of thumbnails, compared with the 512 MB of the smallest dyno: `node bench/thumbnail-memory.ts`.
 * Each row runs in fresh processes: with the defaults of Node and glibc, and with the settings of app.json.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { renderTable, type Table } from './table.ts'
import { type Measured, measuredSchema, type Sizes } from './thumbnail-case.ts'
import { type Original, originals } from './thumbnail-originals.ts'

/**
 * Settings of app.json: a bounded heap, few malloc arenas, and prompt return of freed memory, also of small buffers. By default,
 * each thread's arena keeps up to 64 MB.
 */
export const dynoSettings = {
  NODE_OPTIONS: '--max-old-space-size=256 --max-semi-space-size=8',
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '16384',
}

const cases: readonly [original: Original, parallel: number, sizes?: Sizes][] = [
  ['baseline-24.jpg', 40],
  ['progressive-24.jpg', 40],
  ['plain-12.png', 40],
  ['plain-24.webp', 40],
  ['baseline-100.jpg', 10],
  ['progressive-100.jpg', 1],
  ['progressive-100.jpg', 10],
  ['baseline-24.jpg', 10, 'zoom'],
  ['progressive-24.jpg', 10, 'zoom'],
  ['progressive-100.jpg', 2, 'zoom'],
  ['baseline-24.jpg', 10, 'six sizes'],
  ['progressive-24.jpg', 10, 'six sizes'],
]

const run = promisify(execFile)
const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url))

export async function thumbnailMemory(): Promise<Table> {
  const directory = await mkdtemp(join(tmpdir(), 'thumbnail-memory-'))
  try {
    await run(process.execPath, [beside('thumbnail-originals.ts'), directory])
    const rows: string[][] = []
    for (const [original, parallel, sizes = 'thumbnail'] of cases) {
      const args = [join(directory, original), String(parallel), sizes]
      const plain = await measure(args, {})
      const tuned = await measure(args, dynoSettings)
      rows.push([
        `${parallel} x ${originals[original]}${sizes === 'thumbnail' ? '' : `, ${sizes}`}`,
        megabytes(plain),
        megabytes(tuned),
        tuned.seconds.toFixed(1),
        `${tuned.made}${tuned.refused.length ? ` (${tuned.refused.join(' ')})` : ''}`,
      ])
    }
    return {
      title: 'Memory of thumbnails',
      columns: ['at once', 'max RSS, MB', 'with the settings of app.json, MB', 'seconds', 'made'],
      rows,
      note: `Plain rows are w960h640 as JPEG, zoom rows w4096h4096 as JPEG. Six sizes come from one decode, as WebP. Limit: 512 MB. Settings: ${Object.entries(
        dynoSettings,
      )
        .map((pair) => pair.join('='))
        .join(', ')}.`,
    }
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function measure(args: readonly string[], settings: Record<string, string>): Promise<Measured> {
  const { stdout } = await run(process.execPath, [beside('thumbnail-case.ts'), ...args], {
    env: { ...process.env, ...settings },
  })
  return measuredSchema.parse(JSON.parse(stdout))
}

function megabytes({ maxResidentBytes }: Measured): string {
  return Math.round(maxResidentBytes / 2 ** 20).toString()
}

if (import.meta.main) console.log(renderTable(await thumbnailMemory()))
