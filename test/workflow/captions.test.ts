import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CaptionRules } from '../../src/ports/publisher.ts'
import { bytesOf, lengthOf } from '../../src/workflow/captions/counting.ts'
import { fitCaption } from '../../src/workflow/captions/fit.ts'
import { hashtagsOf } from '../../src/workflow/captions/hashtags.ts'

const telegram: CaptionRules = { maxLength: 1024, unit: 'utf16', maxHashtags: 30, plain: false, style: '' }
const bluesky: CaptionRules = { ...telegram, maxLength: 300, unit: 'grapheme', maxBytes: 3000 }
const mastodon: CaptionRules = { ...telegram, maxLength: 500, unit: 'grapheme', urlLength: 23 }
const mail: CaptionRules = { maxLength: 240, unit: 'utf16', maxHashtags: 0, plain: true, style: '' }

const family = '👩‍👩‍👧‍👦'
const flag = '🇳🇴'
const wave = '👋🏽'
const england = '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'
const zalgo = `e${'\u0301'.repeat(5)}`

const short = (maxLength: number, rules: CaptionRules = telegram) => ({ ...rules, maxLength })

describe('the length of a caption', () => {
  it.each([
    ['UTF-16 units', telegram, 'x'],
    ['UTF-16 units of surrogate pairs', telegram, '😀'],
    ['graphemes', bluesky, 'x'],
    ['graphemes of family emoji', { ...bluesky, maxBytes: 30_000 }, family],
    ['graphemes beside web addresses', mastodon, 'x'],
    ['graphemes of flags', bluesky, flag],
    ['UTF-16 units for mail', mail, 'x'],
  ])('keeps a caption of exactly the limit and cuts a longer caption, counted in %s', (_, rules, unit) => {
    const exact = unit.repeat(rules.maxLength / lengthOf(unit, rules))
    expect(fitCaption(exact, rules)).toBe(exact)

    const cut = fitCaption(`${exact}x`, rules)
    expect(cut).not.toBe(`${exact}x`)
    expect(lengthOf(cut, rules)).toBeLessThanOrEqual(rules.maxLength)
    expect(cut.endsWith(rules.plain ? '...' : '…')).toBe(true)
  })

  it.each([
    ['at a word', short(12), 'hello wonderful world', 'hello…'],
    ['off a word that leaves no room for the ellipsis', short(12), 'hello worlds and more', 'hello…'],
    ['after a word that leaves room for the ellipsis', short(13), 'hello worlds and more', 'hello worlds…'],
    ['without dangling punctuation', short(12), 'hello - you, dear', 'hello - you…'],
    ['before a line break', short(8), 'hello\n\nworld', 'hello…'],
    ['before a hyphenated word', short(12), 'a well-known story', 'a…'],
    ['before a web address', short(20), 'see https://example.com/a/b', 'see…'],
    ['before a hashtag', short(10), 'rope #shibari', 'rope…'],
    ['a single long word between letters', short(6), 'abcdefghij', 'abcde…'],
    ['with three dots in plain text', short(9, mail), 'abcdefghij', 'abcdef...'],
    [
      'to a lone ellipsis when no part of the first word fits',
      short(5),
      `${zalgo}${'\u0301'.repeat(20)}`,
      '…',
    ],
    ['Chinese between words', short(6), '我们在北京看绳艺表演', '我们在北京…'],
    ['Thai between words', short(12), 'สวัสดีชาวโลกทั้งหลาย', 'สวัสดีชาว…'],
    ['Arabic at a word', short(12), 'فن الحبال الياباني', 'فن الحبال…'],
    ['Hebrew at a word', short(10), 'אמנות החבלים', 'אמנות…'],
    ['emoji between words', short(8), `knots ${flag}${flag}`, 'knots…'],
    ['emoji between emoji', short(10), flag.repeat(4), `${flag}${flag}…`],
    ['between whole family emoji', short(20), family.repeat(3), `${family}…`],
    ['a skin tone only with its hand', short(7), wave.repeat(3), `${wave}…`],
    ['between whole flags of tag characters', short(16), england.repeat(2), `${england}…`],
    ['combining marks only with their letter', short(8), zalgo.repeat(3), `${zalgo}…`],
    ['at an existing ellipsis without doubling it', short(10), 'one two... three', 'one two…'],
  ])('cuts %s', (_, rules, text, expected) => {
    expect(fitCaption(text, rules)).toBe(expected)
  })

  it('counts graphemes when the platform does', () => {
    expect(fitCaption(family.repeat(4), short(3, bluesky))).toBe(`${family}${family}…`)
    expect(fitCaption(zalgo.repeat(4), short(4, bluesky))).toBe(zalgo.repeat(4))
  })

  it('cuts without an ellipsis when the limit leaves no room for an ellipsis', () => {
    expect(fitCaption('abcdef', short(1))).toBe('a')
    expect(fitCaption('abcdef', short(3, mail))).toBe('abc')
    expect(fitCaption('abcdef', short(0))).toBe('')
  })
})

describe('control characters', () => {
  it.each([
    ['invisible characters', 'a\u0000b\u001bc\u007fd\u009be', 'abcde'],
    ['line breaks of every kind', 'a\r\nb\rc\u2028d\u0085e', 'a\nb\nc\nd\ne'],
    ['white space', 'a\tb\vc', 'a b c'],
    ['a lone surrogate', 'a\ud83db', 'a\ufffdb'],
    ['characters at the ends', ' \n\u0000 a \n', 'a'],
  ])('normalises %s', (_, text, expected) => {
    expect(fitCaption(text, telegram)).toBe(expected)
  })

  it('leaves no line break in a mail', () => {
    expect(fitCaption('a\r\nBcc: b@example.com\u2028c', mail)).toBe('a Bcc: b@example.com c')
  })
})

describe('hashtags', () => {
  it.each([
    ['at the end', 'Tied at dawn. #rope #shibari', 'Tied at dawn.'],
    ['in a sentence', 'Love #rope and light', 'Love and light'],
    ['before punctuation', 'Love #rope, and light', 'Love, and light'],
    ['in a list', 'Tied. #rope, #art, #light', 'Tied.'],
    ['without gaps', 'Tied. #rope#art##light', 'Tied.'],
    ['on lines of their own', 'One\n#rope #art\nTwo', 'One Two'],
    ['in brackets', 'Tied (#rope)', 'Tied ()'],
    ['alone', '#rope', ''],
    ['in Russian', 'Узел #верёвка', 'Узел'],
    ['in Japanese', '縄 #緊縛', '縄'],
    ['in Japanese, full width', '縄 ＃緊縛', '縄'],
    ['in Arabic', 'فن #حبال', 'فن'],
    ['in Persian with a joiner', 'هنر #می\u200cروم', 'هنر'],
    ['in Hindi', 'कला #रस्सी', 'कला'],
    ['in Thai', 'ศิลปะ #เชือก', 'ศิลปะ'],
    ['with combining marks', 'art #cafe\u0301', 'art'],
    ['with digits and underscores', 'art #2026_rope #_x', 'art'],
  ])('removes hashtags %s when the platform allows no hashtags', (_, text, expected) => {
    expect(fitCaption(text, mail)).toBe(expected)
  })

  it.each([
    ['a number', 'Study #3 of 5'],
    ['a word', 'C#m and F#maj7'],
    ['a web address', 'see https://example.com/a?b=#top'],
    ['an address without a scheme', 'see www.example.com/#top'],
    ['a path', 'a/#b'],
    ['an HTML entity', 'Tom &#x26; Jerry'],
    ['an emoji', 'press #️⃣ now'],
    ['white space', 'a # b'],
  ])('does not treat # in %s as a hashtag', (_, text) => {
    expect(fitCaption(text, mail)).toBe(text)
  })

  it('keeps the first hashtags up to the limit', () => {
    const rules = { ...telegram, maxHashtags: 2 }
    expect(fitCaption('One #a two #b three #c four', rules)).toBe('One #a two #b three four')
    expect(fitCaption('One #a#b#c', rules)).toBe('One #a#b')
    expect(fitCaption('One\n\n#a\n\n#b\n\n#c\n\nend', rules)).toBe('One\n\n#a\n\n#b\n\nend')
  })

  it.each([
    ['below the text', 'Tied.', '#rope #art', 'Tied.\n\n#rope #art'],
    ['after the hashtags of the text', 'Tied. #knot', '#rope', 'Tied. #knot\n\n#rope'],
    ['without duplicates', 'Tied. #Rope', '#rope #ROPE #art #art', 'Tied. #Rope\n\n#art'],
    ['without duplicates in another normal form', 'x #caf\u00e9', '#cafe\u0301', 'x #caf\u00e9'],
    ['alone when the text is empty', '', '#rope #art', '#rope #art'],
    ['from a list of any form', 'Tied.', '#rope,#art;\n ＃縄 by Alice', 'Tied.\n\n#rope #art #縄'],
    ['only if there are any', 'Tied.', '  ', 'Tied.'],
  ])('adds the tenant’s hashtags %s', (_, text, hashtags, expected) => {
    expect(fitCaption(text, telegram, hashtags)).toBe(expected)
  })

  it('counts the tenant’s hashtags together with those of the text', () => {
    expect(fitCaption('x #a #b', { ...telegram, maxHashtags: 3 }, '#c #d')).toBe('x #a #b\n\n#c')
    expect(fitCaption('x', mail, '#c #d')).toBe('x')
  })

  it('omits hashtags of the tenant that do not fit', () => {
    expect(fitCaption('12345', short(10), '#abc #x')).toBe('12345\n\n#x')
    expect(fitCaption('12345', short(11), '#abc #x')).toBe('12345\n\n#abc')
  })
})

describe('plain text', () => {
  it.each([
    ['dashes', 'rope—light – and − more―so', 'rope - light - and - more - so'],
    ['hyphens', 'well\u2010known\u2011one', 'well-known-one'],
    ['quotation marks', '“Don’t” ‘stop’ „now‟ «go»', '"Don\'t" \'stop\' "now" "go"'],
    ['ellipses', 'and so…', 'and so...'],
    ['spaces', 'a\u00a0b\u202fc\u2003d\u3000e\u200bf', 'a b c d e f'],
    ['line breaks', 'one\n\n two', 'one two'],
    ['characters without width', 'a\ufeffb\u2060c\u00add\u200ee\u200df', 'abcdef'],
    [
      'emoji sequences',
      `kept ${family} ${flag} ${wave} ${england} ❤️‍🔥`,
      `kept ${family} ${flag} ${wave} ${england} ❤️‍🔥`,
    ],
    ['joiners in Persian', 'می\u200cروم', 'می\u200cروم'],
    ['joiners in Sinhala', 'ශ්\u200dරී', 'ශ්\u200dරී'],
    ['a joiner after a Latin letter with an accent', 'x\u0302\u200d縄 é\u200dए', 'x\u0302縄 éए'],
    ['joiners that join nothing', '👩\u200d ی\u200c \u200dx', '👩 ی x'],
  ])('reduces %s', (_, text, expected) => {
    expect(fitCaption(text, mail)).toBe(expected)
  })

  it('stays within the limit when punctuation grows', () => {
    const text = fitCaption('a—b '.repeat(60), mail)
    expect(text.length).toBeLessThanOrEqual(240)
    expect(text).toMatch(/ a\.\.\.$/)
  })
})

describe('a caption of any content', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...[
        ' ',
        '\n',
        '\r\n',
        '#',
        '＃',
        '##',
        '/',
        '&',
        ',',
        '.',
        '…',
        '...',
        '—',
        '-',
        '\u200b',
        '\u200d',
        '\u200c',
      ],
      ...[
        '\u0600',
        '\u0301',
        '\ufe0f',
        '\u20e3',
        '\u0000',
        '\ud83d',
        'https://',
        'www.',
        '縄',
        'ศิ',
        'می',
        '7',
        '_',
      ],
      ...['https://a.de', 'https://example.com/a(b)/', ' http://x.co.u', '@a@b.co', '@a', '(', ')', '?', '@'],
      ...[family, flag, wave, england, zalgo, '👩', '🇳', 'rope', 'Rope'],
    ),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 4 }),
  )
  const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''))
  const rules: fc.Arbitrary<CaptionRules> = fc.record(
    {
      maxLength: fc.integer({ min: 0, max: 60 }),
      unit: fc.constantFrom('utf16' as const, 'grapheme' as const),
      maxHashtags: fc.integer({ min: 0, max: 4 }),
      plain: fc.boolean(),
      style: fc.constant(''),
      maxBytes: fc.integer({ min: 0, max: 200 }),
      urlLength: fc.constant(23),
    },
    { requiredKeys: ['maxLength', 'unit', 'maxHashtags', 'plain', 'style'] },
  )

  it('fits a caption of any content to all rules, and does not change it when fitted again', () => {
    fc.assert(
      fc.property(text, rules, text, (caption, rules, hashtags) => {
        const fitted = fitCaption(caption, rules, hashtags)
        expect(lengthOf(fitted, rules)).toBeLessThanOrEqual(rules.maxLength)
        expect(bytesOf(fitted)).toBeLessThanOrEqual(rules.maxBytes ?? Number.POSITIVE_INFINITY)
        expect(hashtagsOf(fitted).length).toBeLessThanOrEqual(rules.maxHashtags)
        expect(fitted.isWellFormed()).toBe(true)
        expect(fitted).not.toMatch(rules.plain ? /\p{Cc}/u : /(?!\n)\p{Cc}/u)
        expect(fitted.trim()).toBe(fitted)
        expect(fitCaption(fitted, rules, hashtags)).toBe(fitted)
      }),
      { numRuns: 3000 },
    )
  })

  it('fits hostile captions within seconds', () => {
    const began = performance.now()
    for (const unit of ['#', '#a', ' ,', 'https://', '\u200d', 'a', '\u0301', family, '縄']) {
      fitCaption(unit.repeat(50_000), mail, unit.repeat(50_000))
    }
    expect(performance.now() - began).toBeLessThan(5000)
  })
})
