import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeSamplePhotos } from '../../dev/sample-photos.ts'
import { isPhotoName } from '../../src/ports/photo.ts'
import { createSharpReducer } from '../../src/providers/images/sharp.ts'
import { metadataOf, parseSidecar, sdCaptionOf } from '../../src/workflow/sidecar.ts'
import { carriesMetadata, sourceOf } from '../support/fixtures/pictures.ts'

let directory = ''
let names: string[] = []
const read = (name: string) => readFile(join(directory, name))

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sample-photos-'))
  names = await writeSamplePhotos(directory, { look: 'studio' })
})

afterAll(async () => {
  await rm(directory, { recursive: true })
})

describe('the sample photos', () => {
  it('has valid and unique photo names', () => {
    expect(names).toHaveLength(8)
    expect(new Set(names).size).toBe(8)
    expect(names.every(isPhotoName)).toBe(true)
  })

  it('covers every format, shape and EXIF orientation that a photographer may have', async () => {
    const all = await Promise.all(names.map(async (name) => sharp(await read(name)).metadata()))
    expect(new Set(all.map(({ format }) => format))).toEqual(new Set(['jpeg', 'png', 'webp']))
    expect(all.map(({ orientation }) => orientation ?? 1).toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(all.some(({ isProgressive }) => isProgressive)).toBe(true)
    const shapes = all.map(({ autoOrient: { width, height } }) => Math.sign(width - height))
    expect(new Set(shapes)).toEqual(new Set([-1, 0, 1]))
    expect(Math.max(...all.map(({ width, height }) => width * height))).toBe(24_000_000)
  })

  it('contains metadata of a camera and a place, which no thumbnail contains', async () => {
    const reducer = createSharpReducer()
    for (const name of names) {
      const original = await read(name)
      const { exif } = await sharp(original).metadata()
      expect([name, exif?.includes('SO-1')]).toEqual([name, true])
      const box = { width: 96, height: 64 }
      const { bytes } = await reducer.reduce(sourceOf(original), box, 'image/jpeg', 'studio')
      expect([name, carriesMetadata(bytes)]).toEqual([name, false])
    }
  })

  it('includes sidecars as V2 wrote them for some of the photos', async () => {
    const sidecars = (await readdir(directory)).filter((name) => name.endsWith('.txt'))
    expect(sidecars.length).toBeGreaterThan(3)
    expect(sidecars.length).toBeLessThan(8)
    for (const name of sidecars) {
      const text = await readFile(join(directory, name), 'utf8')
      expect(text).toMatch(/^[^#\n]+\n\n# ---\n(# \w+: .+\n)+$/)
      const sidecar = parseSidecar(text)
      expect(sdCaptionOf(sidecar)).toContain('photograph')
      const { image_file: photo, sha256, created } = metadataOf(sidecar)
      expect(sha256).toBe(
        createHash('sha256')
          .update(await read(String(photo)))
          .digest('hex'),
      )
      expect(created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    }
  })

  it('creates the same photos each time', async () => {
    const again = await mkdtemp(join(tmpdir(), 'sample-photos-'))
    const [first] = await writeSamplePhotos(again, { look: 'studio', count: 1 })
    expect(first).toBe(names[0])
    expect(await readFile(join(again, first ?? ''))).toEqual(await read(first ?? ''))
    await rm(again, { recursive: true })
  })
})
