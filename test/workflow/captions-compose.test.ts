import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CaptionRules } from '../../src/ports/publisher.ts'
import { composeCaption, hashtagsFrom, ownHashtags, wouldCut } from '../../src/workflow/captions/compose.ts'
import { bytesOf, fits, lengthOf } from '../../src/workflow/captions/counting.ts'
import { fitCaption, lowerCased } from '../../src/workflow/captions/fit.ts'
import { hashtagsOf } from '../../src/workflow/captions/hashtags.ts'

const piece = fc.oneof(
  fc.constantFrom(
    ...[
      ' ',
      '\n',
      '#',
      '＃',
      '##',
      '/',
      '&',
      ',',
      '.',
      '…',
      '—',
      '\u200b',
      '\u200d',
      '\u200c',
      '\u0301',
      '\u0000',
    ],
    ...[
      'https://',
      'https://a.de',
      'www.',
      '@a@b.co',
      '縄',
      'ศิ',
      'می',
      '7',
      '_',
      'İ',
      'ΟΔΟΣ',
      'ß',
      '\ud83d',
      '😀',
    ],
    ...[
      '#Rope',
      '#rope',
      '#ROPE',
      ' #a',
      '#Straße',
      '#cafe\u0301',
      '#CAF\u00c9',
      '\ua000',
      'J\u030c',
      'rope',
      'Rope art',
    ],
  ),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
)
const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))
const rules: fc.Arbitrary<CaptionRules> = fc.record(
  {
    maxLength: fc.integer({ min: 0, max: 80 }),
    unit: fc.constantFrom('utf16' as const, 'grapheme' as const),
    maxHashtags: fc.integer({ min: 0, max: 5 }),
    plain: fc.boolean(),
    style: fc.constant(''),
    maxBytes: fc.integer({ min: 0, max: 200 }),
    urlLength: fc.constant(23),
  },
  { requiredKeys: ['maxLength', 'unit', 'maxHashtags', 'plain', 'style'] },
)

describe('a caption composed of any text and hashtags', () => {
  it('stays within all rules, with each hashtag once in lower case, the tenant’s first', () => {
    fc.assert(
      fc.property(text, text, fc.array(text, { maxLength: 8 }), rules, (body, seeds, offered, rules) => {
        const firm = ownHashtags(seeds, rules)
        const caption = composeCaption(body, rules, {
          firm,
          spare: hashtagsFrom([...offered, ...hashtagsOf(body)]),
        })
        const found = hashtagsOf(caption)
        expect(lengthOf(caption, rules)).toBeLessThanOrEqual(rules.maxLength)
        expect(bytesOf(caption)).toBeLessThanOrEqual(rules.maxBytes ?? Number.POSITIVE_INFINITY)
        expect(found.length).toBeLessThanOrEqual(rules.maxHashtags)
        expect(new Set(found).size).toBe(found.length)
        expect(found).toEqual(found.map(lowerCased))
        const kept = [...new Set(firm)].filter((hashtag) => found.includes(hashtag))
        expect(found.slice(0, kept.length)).toEqual(kept)
        expect(fitCaption(caption, rules)).toBe(caption)
        expect(fitCaption(caption, rules, firm.join(' '))).toBe(caption)
        // A few capitals, such as İ, become longer in lower case, so that the typed hashtag may still fit.
        const isShorter = hashtagsOf(seeds).some((hashtag) => hashtag.length < lowerCased(hashtag).length)
        if (!isShorter) expect(fitCaption(caption, rules, seeds)).toBe(caption)
      }),
      { numRuns: 3000 },
    )
  })

  it('has all of the tenant’s hashtags that fit without any text', () => {
    fc.assert(
      fc.property(text, text, rules, (body, seeds, rules) => {
        const firm = [...new Set(hashtagsOf(seeds).map(lowerCased))].slice(0, rules.maxHashtags)
        fc.pre(!rules.plain && fits(firm.join(' '), rules))
        expect(hashtagsOf(composeCaption(body, rules, { firm, spare: [] }))).toEqual(firm)
      }),
      { numRuns: 2000 },
    )
  })

  it('keeps a text that would not be cut', () => {
    fc.assert(
      fc.property(text, text, rules, (body, seeds, rules) => {
        fc.pre(!wouldCut(body, rules, hashtagsOf(seeds)))
        const endless = { ...rules, maxLength: 10_000, maxBytes: 100_000 }
        const whole = composeCaption(body, endless, { firm: [], spare: [] })
        expect(composeCaption(body, rules, { firm: hashtagsOf(seeds), spare: [] }).startsWith(whole)).toBe(
          true,
        )
      }),
      { numRuns: 2000 },
    )
  })
})
