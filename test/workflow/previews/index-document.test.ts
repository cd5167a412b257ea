import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  emptyIndex,
  formatIndex,
  type IndexDocument,
  type KnownPhoto,
  mergeIndexes,
  parseIndex,
} from '../../../src/workflow/previews/index-document.ts'

const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const folder = fc.constantFrom('a1b2c3d4', 'e5f6a7b8', '0123456789abcdef', 'ffffffff')
const known: fc.Arbitrary<KnownPhoto> = fc.record({
  day: fc.integer({ min: 0, max: 30_000 }),
  facts: orNull(
    fc.record({
      width: fc.integer({ min: 1, max: 20_000 }),
      height: fc.integer({ min: 1, max: 20_000 }),
      takenAt: orNull(fc.constantFrom('2026-06-01T18:30:00', '2025-01-02T03:04:05+01:00')),
    }),
  ),
  placeholder: orNull(fc.constantFrom('1QcSHQRnh493V4dIh4eXh1h4kJUI', 'abc-_')),
  sha256: orNull(fc.constantFrom('a'.repeat(64), '0'.repeat(64))),
  words: orNull(fc.constantFrom('none', 'some', 'rejected')),
  files: fc
    .subarray(['w256h256.webp', 'w480h320.webp', 'w960h640.jpg', 'w960h640.webp'])
    .map((files) => files.toSorted()),
})
const days = fc.integer({ min: 20_000, max: 20_003 })
const document: fc.Arbitrary<IndexDocument> = fc.record({
  photos: fc.array(fc.tuple(folder, known), { maxLength: 4 }).map((photos) => new Map(photos)),
  sweptDay: days,
  gone: fc.array(fc.tuple(folder, days), { maxLength: 3 }).map((gone) => new Map(gone)),
})

describe('the document of a photo index', () => {
  it('reads what it wrote', () => {
    fc.assert(
      fc.property(document, (index) => {
        expect(parseIndex(formatIndex(index))).toEqual(index)
      }),
    )
  })

  it('ends the same for any order, grouping and repetition of merges', () => {
    const orders = fc
      .array(document, { minLength: 2, maxLength: 5 })
      .chain((documents) =>
        fc.tuple(
          fc.constant(documents),
          fc.shuffledSubarray([...documents, ...documents], { minLength: 2 * documents.length }),
          fc.nat(),
        ),
      )
    fc.assert(
      fc.property(orders, ([documents, shuffled, cut]) => {
        const merged = documents.reduce(mergeIndexes)
        const place = 1 + (cut % (shuffled.length - 1))
        const [left, right] = [shuffled.slice(0, place), shuffled.slice(place)]
        const other = mergeIndexes(left.reduce(mergeIndexes), right.reduce(mergeIndexes))
        expect(formatIndex(other)).toBe(formatIndex(merged))
      }),
    )
  })

  it('loses nothing in a merge', () => {
    fc.assert(
      fc.property(document, document, (one, other) => {
        const { photos } = mergeIndexes(one, other)
        for (const [key, photo] of [...one.photos, ...other.photos]) {
          const found = photos.get(key)
          expect(found?.files).toEqual(expect.arrayContaining([...photo.files]))
          if (photo.sha256) expect(found?.sha256).not.toBeNull()
          if (photo.placeholder) expect(found?.placeholder).not.toBeNull()
          if (photo.facts) expect(found?.facts).not.toBeNull()
        }
      }),
    )
  })

  it('ignores damaged and hostile texts, and keeps the readable photos of a partly damaged index', () => {
    fc.assert(fc.property(fc.string(), (text) => parseIndex(text) === null))
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(
          parseIndex(`{"version":1,"swept_day":1,"gone":{},"photos":{"a1b2c3d4":${text}}}`),
        ).not.toBeNull()
      }),
    )
    const good = [20_000, [6000, 4000, null], null, null, ['w256h256.webp']]
    const bad = [20_000, [6000, -1, null], '<script>', 'x', ['../../etc/passwd']]
    const text = JSON.stringify({
      version: 1,
      swept_day: 20_000,
      gone: { a1b2c3d4: 'never', '..': 20_000 },
      photos: { a1b2c3d4: good, e5f6a7b8: bad, '../x': good, __proto__x: 5 },
    })
    const index = parseIndex(text)
    expect([...(index?.photos.keys() ?? [])]).toEqual(['a1b2c3d4'])
    expect(index?.gone.size).toBe(0)
    expect(parseIndex('{"version":2,"swept_day":1,"gone":{},"photos":{}}')).toBeNull()
  })

  it('stays below a million characters and leaves out the photos with the oldest notes', () => {
    const photos = new Map(
      Array.from({ length: 12_000 }, (_, at): [string, KnownPhoto] => [
        `hash${String(at).padStart(28, '0')}`,
        {
          day: 10_000 + at,
          facts: { width: 6000, height: 4000, takenAt: '2026-06-01T18:30:00' },
          placeholder: 'x'.repeat(34),
          sha256: 'a'.repeat(64),
          words: 'some',
          files: ['w256h256.webp', 'w480h320.webp'],
        },
      ]),
    )
    const text = formatIndex({ ...emptyIndex, photos })
    expect(text.length).toBeLessThan(1_000_000)
    const kept = parseIndex(text)?.photos ?? new Map()
    expect(kept.has(`hash${'11999'.padStart(28, '0')}`)).toBe(true)
    expect(kept.has(`hash${'0'.padStart(28, '0')}`)).toBe(false)
    expect(kept.size).toBeGreaterThan(3000)
  })

  it('reads no text that is far longer than its own', () => {
    const photos = Array.from({ length: 40_000 }, (_, at) => [`hash${at}00000`, [0, null, null, null, []]])
    const text = JSON.stringify({ version: 1, swept_day: 1, gone: {}, photos: Object.fromEntries(photos) })
    expect(parseIndex(text)).toBeNull()
  })
})
