import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noMetadata, type PhotographerMetadata } from '../../../src/base/metadata/photographer.ts'
import { combinedWords } from '../../../src/workflow/photographer/combine.ts'
import {
  altTextIn,
  captionIn,
  captionInFor,
  captionSourceIn,
} from '../../../src/workflow/photographer/texts.ts'
import { formatWords, parseWords, type Words } from '../../../src/workflow/photographer/words.ts'
import { parseSidecar, withEditedAltText, withEditedCaption } from '../../../src/workflow/sidecar.ts'

const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const text = orNull(fc.string({ minLength: 1, maxLength: 60 }))
const metadata: fc.Arbitrary<PhotographerMetadata> = fc.record({
  title: text,
  description: text,
  keywords: fc.array(fc.string({ maxLength: 20 }), { maxLength: 5 }),
  creators: fc.array(fc.string({ maxLength: 20 }), { maxLength: 3 }),
  copyright: text,
  usageTerms: text,
  rating: orNull(fc.integer({ min: -1, max: 5 })),
  altText: text,
  takenAt: orNull(fc.constant('2026-06-01T18:30:00')),
})
const says = (said: Partial<PhotographerMetadata>, modifiedAt: string | null = null): Words => ({
  metadata: { ...noMetadata, ...said },
  modifiedAt,
})

describe('words of several sources', () => {
  it('come field by field from the first file that says something, then from the photo', () => {
    const files = [says({ title: 'One' }), says({ title: 'Two', altText: 'Two.' })]
    const found = combinedWords(files, says({ title: 'Three', altText: 'Three.', rating: 4 }))
    expect(found).toMatchObject({ title: 'One', altText: 'Two.', rating: 4, description: null })
    expect(combinedWords([], null)).toBeNull()
  })

  it('come from the photo first if a program changed the photo after the file', () => {
    const inside = says({ title: 'Inside' }, '2026-06-02T10:00:00+02:00')
    const file = (modifiedAt: string | null) => says({ title: 'Beside' }, modifiedAt)
    expect(combinedWords([file('2026-06-02T07:59:59+00:00')], inside)?.title).toBe('Inside')
    expect(combinedWords([file('2026-06-02T08:00:01+00:00')], inside)?.title).toBe('Beside')
    expect(combinedWords([file(null)], inside)?.title).toBe('Beside')
  })

  it('let a file pardon a photo that is rejected inside', () => {
    expect(combinedWords([says({ rating: 0 })], says({ rating: -1 }))?.rating).toBe(0)
  })
})

describe('the file of words', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(metadata, orNull(fc.constant('2026-06-01T18:30:00')), (said, modifiedAt) => {
        expect(parseWords(formatWords({ metadata: said, modifiedAt }))).toEqual({
          metadata: said,
          modifiedAt,
        })
      }),
    )
  })

  it('says nothing if another program wrote it', () => {
    const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
    fc.assert(fc.property(fc.jsonValue(), (value) => parseWords(bytes(value)) === null))
    fc.assert(fc.property(fc.uint8Array(), (value) => parseWords(value) === null))
    const long = formatWords(says({ description: 'x'.repeat(500_000) }))
    expect(parseWords(long)).toBeNull()
  })
})

describe('the texts of a photo', () => {
  const words = { title: 'Dusk', description: 'Rope at dusk.', altText: 'A rope.' }
  const channel = { name: 'telegram', platform: 'telegram' }
  const withText = (lines: string) => parseSidecar(`\n\n# ---\n${lines}`)

  it('are the photographer’s where the sidecar has none, the title without a description', () => {
    for (const document of [null, parseSidecar(''), parseSidecar('a prompt for training\n')]) {
      expect(captionIn({ document, words })).toBe('Rope at dusk.')
      expect(captionInFor({ document, words }, channel)).toBe('Rope at dusk.')
      expect(captionSourceIn({ document, words })).toBe('photographer')
      expect(altTextIn({ document, words })).toBe('A rope.')
    }
    expect(captionIn({ document: null, words: { ...words, description: null } })).toBe('Dusk')
  })

  it('are those of the sidecar, also if a person emptied the caption', () => {
    const ai = withText(
      '# caption: By the AI.\n# caption_generated: {"generic": "By the AI."}\n# alt_text: Ai.\n',
    )
    expect(captionIn({ document: ai, words })).toBe('By the AI.')
    expect(captionSourceIn({ document: ai, words })).toBe('ai')
    expect(altTextIn({ document: ai, words })).toBe('A rope.')
    expect(altTextIn({ document: ai, words: { ...words, altText: null } })).toBe('Ai.')
    const at = new Date(0)
    const emptied = withEditedAltText(withEditedCaption(parseSidecar(''), ' ', at), 'Mine.')
    expect(captionIn({ document: emptied, words })).toBe('')
    expect(captionInFor({ document: emptied, words }, channel)).toBe('')
    expect(captionSourceIn({ document: emptied, words })).toBe('person')
    expect(altTextIn({ document: emptied, words })).toBe('Mine.')
  })

  it('are none without words', () => {
    const nothing = { document: null, words: null }
    expect([captionIn(nothing), captionInFor(nothing, channel), captionSourceIn(nothing)]).toEqual([
      null,
      '',
      null,
    ])
  })
})
