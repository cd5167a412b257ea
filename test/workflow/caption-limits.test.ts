import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CaptionRules } from '../../src/ports/publisher.ts'
import { bytesOf, lengthOf } from '../../src/workflow/captions/counting.ts'
import { fitCaption } from '../../src/workflow/captions/fit.ts'

const telegram: CaptionRules = { maxLength: 1024, unit: 'utf16', maxHashtags: 30, plain: false, style: '' }
const bluesky: CaptionRules = { ...telegram, maxLength: 300, unit: 'grapheme', maxBytes: 3000 }
const mastodon: CaptionRules = { ...telegram, maxLength: 500, unit: 'grapheme', urlLength: 23 }
const mail: CaptionRules = { maxLength: 240, unit: 'utf16', maxHashtags: 0, plain: true, style: '' }
const instagram: CaptionRules = { ...telegram, maxLength: 2200, maxHashtags: 5 }
const platforms = { telegram, bluesky, mastodon, mail, instagram }

const family = '👩‍👩‍👧‍👦'

describe('the bytes of a caption', () => {
  it('keeps a caption of exactly the bytes, and cuts a caption that only exceeds the bytes', () => {
    const exact = family.repeat(3000 / bytesOf(family))
    expect([bytesOf(exact), lengthOf(exact, bluesky)]).toEqual([3000, 120])
    expect(fitCaption(exact, bluesky)).toBe(exact)
    const cut = fitCaption(exact + family, bluesky)
    expect(cut).toBe(`${family.repeat(119)}…`)
  })

  it('adds hashtags only while length and bytes allow', () => {
    const rules = { ...bluesky, maxBytes: 20 }
    expect(fitCaption('12345', rules, '#verschnürter #kinbaku #x')).toBe('12345\n\n#kinbaku #x')
    expect(fitCaption('x'.repeat(20), rules, '#x')).toBe('x'.repeat(20))
  })
})

describe('the length of a web address', () => {
  const counted = (text: string) => lengthOf(text, mastodon)

  it.each([
    ['a long address', `https://example.com/${'a'.repeat(200)}`, 23],
    ['a short address', 'http://a.de', 23],
    ['an address between words', 'see https://example.com/a?b=c#d now', 4 + 23 + 4],
    ['two addresses', 'https://a.de https://b.de', 47],
    ['an address before a full stop', 'see https://example.com/a.', 4 + 23 + 1],
    ['an address in brackets', '(https://example.com/a)', 25],
    ['an address with brackets', 'https://example.com/a_(b)', 23],
    ['an address with a port', 'https://example.com:8443/a', 23],
    ['an address with letters of any script', 'https://例え.jp/写真', 23],
    ['an address of capitals', 'HTTPS://EXAMPLE.COM/A', 23],
    ['a name without a scheme', 'example.com/aaaaaaaaaaaaaaaaaaaaaaaaaaa', 39],
    ['another scheme', 'ftp://example.com', 17],
    ['a host without a dot', 'https://localhost/abc', 21],
    ['a mention of a remote account', '@alice@example.social hi', 9],
    ['a mention of a local account', '@alice hi', 9],
    ['a mail address', 'alice@example.com', 17],
    ['an address with a mention inside', 'https://example.social/@alice@example.com', 23],
  ])('counts %s', (_, text, expected) => {
    expect(counted(text)).toBe(expected)
  })

  it('counts its own length on other platforms', () => {
    expect(lengthOf('https://a.de', bluesky)).toBe(12)
    expect(lengthOf('https://a.de', telegram)).toBe(12)
  })

  it('keeps a caption whose addresses fit only by their counted length', () => {
    const address = `https://example.com/${'a'.repeat(300)}`
    const exact = `${'x'.repeat(500 - 48)} ${address} ${address}`
    expect(fitCaption(exact, mastodon)).toBe(exact)
    const cut = fitCaption(`${exact}x yz`, mastodon)
    expect(cut).toBe(`${'x'.repeat(452)} ${address} …`)
  })

  it('never cuts inside an address or a mention', () => {
    const address = 'https://example.com/abc'
    for (let room = 30; room < 80; room++) {
      const rules = { ...mastodon, maxLength: room }
      const text = `Rope and light ${address} with @alice@example.social and ${address} again and again and again`
      const words = fitCaption(text, rules).replace(/…$/, '').trim().split(' ')
      expect(text.split(' ').slice(0, words.length)).toEqual(words)
    }
  })

  it('leaves a space between an address and the ellipsis, so that the link works', () => {
    const rules = { ...telegram, maxLength: 24 }
    expect(fitCaption('see https://a.de/b/c and all the rest', rules)).toBe('see https://a.de/b/c …')
    expect(fitCaption('see https://a.de/b/c/d/. All the rest', rules)).toBe('see…')
  })
})

describe('a caption that is too long', () => {
  const word = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzäé'), minLength: 1, maxLength: 14 }),
    fc.constantFrom('縄', 'верёвка', family, 'don’t', 'well-known'),
  )

  it('fills at least nine tenths of the limit on every platform', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(platforms)),
        fc.array(word, { minLength: 700, maxLength: 900 }),
        (rules, words) => {
          const fitted = fitCaption(words.join(' '), rules)
          const share = lengthOf(fitted, rules) / rules.maxLength
          const shareOfBytes = bytesOf(fitted) / (rules.maxBytes ?? Number.POSITIVE_INFINITY)
          expect(share).toBeLessThanOrEqual(1)
          expect(Math.max(share, shareOfBytes)).toBeGreaterThanOrEqual(0.9)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('cuts inside a word that is too long for a cut before it', () => {
    const text = `${'a '.repeat(100)}${'b'.repeat(200)}`
    expect(fitCaption(text, bluesky)).toBe(`${'a '.repeat(100)}${'b'.repeat(99)}…`)
  })

  it('cuts before a long web address or hashtag instead of breaking it', () => {
    const text = 'a '.repeat(100)
    expect(fitCaption(`${text}https://example.com/${'b'.repeat(200)}`, bluesky)).toBe(`${text.trim()}…`)
    expect(fitCaption(`${text}#${'b'.repeat(200)}`, bluesky)).toBe(`${text.trim()}…`)
  })
})
