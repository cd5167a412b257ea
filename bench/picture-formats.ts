/**
 * Sizes and visual quality of thumbnails by format, compared with JPEG: `node bench/picture-formats.ts`. Needs the metric SSIMULACRA2 as
 * `ssymulacra2` (`pip install ssimulacra2==0.3.0`); the table is empty without it.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { writeSamplePhotos } from '../dev/sample-photos.ts'
import { fittedSize } from '../src/base/picture/fit.ts'
import type { ThumbnailType } from '../src/ports/images.ts'
import type { ThumbnailBox } from '../src/ports/storage.ts'
import { createSharpReducer } from '../src/providers/images/sharp.ts'
import { median, renderTable, type Table } from './table.ts'

const run = promisify(execFile)
const metric = 'ssymulacra2'
const types: readonly ThumbnailType[] = ['image/jpeg', 'image/webp', 'image/avif']
const boxes: Readonly<Record<string, ThumbnailBox>> = {
  w480h320: { width: 480, height: 320 },
  w960h640: { width: 960, height: 640 },
  w2048h1536: { width: 2048, height: 1536 },
}

interface Scored {
  bytes: number
  score: number
  ms: number
}

/** Returns no table if the metric is not installed. */
export async function measurePictureFormats(): Promise<Table[]> {
  const hasMetric = await run(metric, ['--version']).then(
    () => true,
    () => false,
  )
  if (!hasMetric) return []
  const directory = await mkdtemp(join(tmpdir(), 'picture-formats-'))
  try {
    const names = await writeSamplePhotos(directory, { look: 'dusk' })
    const photos = await Promise.all(names.map((name) => readFile(join(directory, name))))
    const rows: string[][] = []
    for (const [size, box] of Object.entries(boxes))
      rows.push(...(await rowsOf(directory, photos, size, box)))
    return [
      {
        title: 'Formats of thumbnails at their visual quality',
        columns: [
          'size and format',
          'kB, mean',
          'bytes of JPEG',
          'SSIMULACRA2, mean',
          'beside JPEG, lowest',
          'ms',
        ],
        rows,
        note: `${photos.length} sample photos. SSIMULACRA2 compares with the losslessly reduced photo; higher is better, and 90 is indistinguishable. "Beside JPEG" is the smallest difference to the JPEG of the same photo. ms: median time of a whole reduction.`,
      },
    ]
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function rowsOf(directory: string, photos: readonly Buffer[], size: string, box: ThumbnailBox) {
  const byType = new Map<ThumbnailType, Scored[]>(types.map((type) => [type, []]))
  for (const photo of photos) {
    for (const type of types) byType.get(type)?.push(await scored(directory, photo, box, type))
  }
  const jpegs = byType.get('image/jpeg') ?? []
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const bytesOf = (all: readonly Scored[]) => sum(all.map(({ bytes }) => bytes))
  return [...byType].map(([type, all]) => [
    `${size}, ${type.slice(6)}`,
    (bytesOf(all) / all.length / 1000).toFixed(1),
    (bytesOf(all) / bytesOf(jpegs)).toFixed(2),
    (sum(all.map(({ score }) => score)) / all.length).toFixed(1),
    Math.min(...all.map(({ score }, at) => score - (jpegs[at]?.score ?? 0))).toFixed(1),
    median(all.map(({ ms }) => ms)).toFixed(0),
  ])
}

/** Reduces the photo as the server does, and compares the result with the same pixels without loss. */
async function scored(
  directory: string,
  photo: Buffer,
  box: ThumbnailBox,
  type: ThumbnailType,
): Promise<Scored> {
  const reducer = createSharpReducer()
  const body = new Blob([new Uint8Array(photo)]).stream()
  const start = performance.now()
  const { bytes } = await reducer.reduce({ body, size: photo.length }, box, type, 'bench')
  const ms = performance.now() - start
  const { autoOrient } = await sharp(photo).metadata()
  const lossless = sharp(photo)
    .autoOrient()
    .resize({ ...fittedSize(box, autoOrient), fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
  const files = [join(directory, 'reference.png'), join(directory, 'reduced.png')] as const
  await writeFile(files[0], await lossless.png({ compressionLevel: 1 }).toBuffer())
  const reduced = sharp(bytes).flatten({ background: '#ffffff' })
  await writeFile(files[1], await reduced.png({ compressionLevel: 1 }).toBuffer())
  const { stdout } = await run(metric, files)
  return { bytes: bytes.length, score: Number(stdout), ms }
}

if (import.meta.main) for (const table of await measurePictureFormats()) console.log(renderTable(table))
