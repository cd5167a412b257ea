import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  captionOf,
  captionSourceOf,
  formatSidecar,
  hasEditedCaption,
  listOf,
  metadataOf,
  parseSidecar,
  platformCaptionsOf,
  type SidecarAnalysis,
  type SidecarValue,
  sdCaptionOf,
  textOf,
  withAnalysis,
  withEditedCaption,
  withSdCaption,
  withValues,
} from '../../src/workflow/sidecar.ts'
import { asV2Reads, trainingPromptOnly, v2Sidecars } from '../support/fixtures/sidecar-examples.ts'

const shapes = Object.entries(v2Sidecars)
const at = new Date('2026-11-23T16:30:00.123Z')
const analysis: SidecarAnalysis = {
  at,
  imageFile: 'dusk-01.jpg',
  sha256: 'ab'.repeat(32),
  modelVersion: 'gpt-5',
  sdCaption: 'rope at dusk',
  caption: 'New words.',
  platformCaptions: { telegram: 'New words.', email: 'New words for mail.' },
  rating: 'nudity',
  details: null,
  confirmationTags: null,
}

/** Texts that are likely to break a line-based format: line breaks of all kinds, marks, lone surrogates. */
const hostileText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        ...['\n', '\r', '\r\n', '\v', '\f', '\u001c', '\u001e', '\u0085', '\u2028', '\u2029', '\0', '\t'],
        ...['\ud800', '\ufeff', '\u00a0', ' ', '# ', '#', '---', '# ---', ': ', '# caption: evil', 'caption'],
        ...[
          '!json ',
          '"',
          '\\',
          '\\n',
          '[',
          ']',
          '{',
          '}',
          "'",
          '[1,2]',
          '["a"]',
          '{"a": "b"}',
          'é',
          '🌅',
          'rope',
        ],
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
)
const value: fc.Arbitrary<SidecarValue> = fc.oneof(
  hostileText,
  fc.array(hostileText, { maxLength: 4 }),
  fc.dictionary(
    hostileText.filter((name) => name !== '__proto__'),
    hostileText,
    { maxKeys: 4 },
  ),
)
/** Files of V2, of other programs, and random text. */
const file = fc.oneof(
  fc.constantFrom(...Object.values(v2Sidecars)),
  hostileText,
  fc.tuple(hostileText, hostileText).map(([sd, rest]) => `${sd}\n\n# ---\n# tags: ["a"]\n${rest}`),
  fc.array(hostileText, { maxLength: 8 }).map((lines) => lines.join('\r\n')),
)
const key = fc.constantFrom('caption', 'tags', 'alt_text', 'artist_alias', 'caption_generated', '__proto__')

/** Replaces lone surrogates, which a file cannot contain. */
function wellFormed(value: SidecarValue): SidecarValue {
  return JSON.parse(JSON.stringify(value), (_, part) =>
    typeof part === 'string'
      ? part.toWellFormed()
      : Array.isArray(part)
        ? part
        : Object.fromEntries(Object.entries(part).map(([name, text]) => [name.toWellFormed(), text])),
  )
}

/** True when V2 finds the same lines. V2 ends lines at more characters, and finds no metadata below a first line of `# ---`. */
function isReadAlike(text: string): boolean {
  return !/(?![\r\n\t])[\p{Cc}\u2028\u2029\ufeff]/u.test(text) && !/^[^\S\r\n]*# ---/.test(text)
}

function contents(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/[\r\n]+$/, ''))
}

/** Returns the lines that only one of two documents has, in the single place where they differ. */
function difference(before: readonly string[], after: readonly string[]) {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start++
  let end = 0
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++
  const removed = contents(before.slice(start, before.length - end))
  const added = contents(after.slice(start, after.length - end))
  return {
    removed: removed.filter((line) => !added.includes(line)),
    added: added.filter((line) => !removed.includes(line)),
  }
}

describe('a sidecar', () => {
  it.each([
    ...shapes,
    ['an empty file', ''],
    ['one line', 'rope at dusk'],
    ['a line end only', '\n'],
    ['metadata only', '# ---\n# caption: Dusk\n'],
    ['Windows line ends', 'rope\r\n\r\n# ---\r\n# caption: Dusk\r\n'],
    ['mixed line ends', 'rope\n\r\n# ---\r# caption: Dusk\r\r\n'],
    ['a byte order mark', '\ufeffrope\n\n# ---\n# caption: Dusk'],
    ['several first lines', 'rope\ndusk\n# not: metadata\n\n# ---\n# caption: Dusk\n'],
    ['a key twice', 'rope\n\n# ---\n# caption: a\n# caption: b\n'],
  ])('returns the exact text after parsing: %s', (_, text) => {
    expect(formatSidecar(parseSidecar(text))).toBe(text)
  })

  it('returns the exact text after parsing, for any text', () => {
    fc.assert(fc.property(file, (text) => formatSidecar(parseSidecar(text)) === text))
  })

  it('parses any text', () => {
    fc.assert(
      fc.property(file, (text) => {
        const document = parseSidecar(text)
        const caption = captionOf(document)
        if (caption?.trim() === '') expect([caption, captionSourceOf(document)]).toEqual(['', 'person'])
        expect(captionSourceOf(document) === 'training').toBe(
          caption === null && sdCaptionOf(document) !== null,
        )
        JSON.stringify(metadataOf(document))
      }),
    )
  })

  it('reads and keeps the line ends of any system', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const document = parseSidecar(['rope', '', '# ---', '# caption: Dusk', '# pose: x', ''].join(end))
      expect(metadataOf(document)).toEqual({ caption: 'Dusk', pose: 'x' })
      expect(formatSidecar(withValues(document, { pose: 'y', camera: 'z' }))).toBe(
        ['rope', '', '# ---', '# caption: Dusk', '# pose: y', '# camera: z', ''].join(end),
      )
    }
  })

  it('parses huge and hostile texts', () => {
    const size = 400_000
    for (const text of [
      '\n'.repeat(size),
      '# ---\r'.repeat(size / 6),
      `rope\n# ---\n${'# caption: a\n'.repeat(size / 13)}`,
      `rope\n# ---\n# caption: ${'['.repeat(size)}`,
      `rope\n# ---\n# caption_generated: {'${'\\"'.repeat(size / 2)}`,
      `rope\n# ---\n# caption_generated: {'${'\\"'.repeat(45_000)}`,
      `rope\n# ---\n# caption_generated: {${"'a': 'b', ".repeat(9_000)}}`,
      `rope\n# ---\n# caption_generated: {${"''".repeat(25 * size)}x`,
    ]) {
      const document = parseSidecar(text)
      expect(formatSidecar(document)).toBe(text)
      metadataOf(document)
      withAnalysis(document, analysis, { replaceEdited: true })
    }
  })
})

describe('the values of a sidecar', () => {
  it.each(shapes)('reads the same values as V2: %s', (_, text) => {
    const v2 = asV2Reads(text)
    const document = parseSidecar(text)
    expect(sdCaptionOf(document) ?? '').toBe(v2.sdCaption)
    expect(Object.keys(metadataOf(document))).toEqual([...v2.metadata.keys()])
    for (const [name, expected] of v2.metadata) {
      if (name === 'caption') expect(textOf(document, name)?.startsWith(String(expected))).toBe(true)
      else expect(metadataOf(document)[name]).toEqual(expected)
    }
  })

  it('reads texts, lists and mappings', () => {
    const document = parseSidecar(v2Sidecars['with extended metadata and an artist'])
    expect(sdCaptionOf(document)).toBe('kneeling figure, jute rope, window light, 85mm')
    expect(textOf(document, 'materials')).toBe('jute rope: natural, 6 mm')
    expect(listOf(document, 'tags')).toEqual(['rope', 'jute', 'Fensterlicht – weich'])
    expect(listOf(document, 'subject')).toEqual(['kneeling figure'])
    expect(listOf(document, 'caption')).toEqual([])
    expect(textOf(document, 'caption')).toBeNull()
    expect(metadataOf(parseSidecar(v2Sidecars['with captions by platform']))).toMatchObject({
      caption_generated: { telegram: 'Dusk, and one\nlast knot.', email: 'One last knot?' },
    })
  })

  it.each([
    ['"Hello"', 'quotes belong to the text'],
    ['"a line \\n break"', 'backslashes belong to the text'],
    ['!jsonish', 'only the whole mark counts'],
    ['!json {bad', 'broken JSON after the mark is text'],
    ['!json 123', 'a marked number is text'],
    ['[Part 1] Dusk', 'brackets belong to the text'],
    ['[1, 2]', 'numbers are not a list of texts'],
    ['{"a": {"b": "c"}}', 'nested JSON is not a mapping of texts'],
    ["{'a': 'b'}", 'Python wrote only generated captions'],
  ])('keeps %s as text: %s', (written) => {
    const document = parseSidecar(`rope\n\n# ---\n# note: ${written}\n# caption: ${written}\n`)
    expect(metadataOf(document)).toEqual({ note: written, caption: written })
    expect(captionOf(document)).toBe(written)
  })

  it('finds values only below the separator', () => {
    const document = parseSidecar('rope\n# caption: not this\n\n  # --- metadata\n# caption: this\n')
    expect(metadataOf(document)).toEqual({ caption: 'this' })
    expect(metadataOf(parseSidecar('rope\n# caption: not this\n'))).toEqual({})
    expect(captionOf(parseSidecar('rope\n# caption: not this\n'))).toBeNull()
  })

  it('finds values in a file with nothing above the separator', () => {
    const document = parseSidecar('\ufeff# ---\n# caption: Dusk\n')
    expect(sdCaptionOf(document)).toBeNull()
    expect(captionOf(document)).toBe('Dusk')
    expect(formatSidecar(withSdCaption(document, 'rope'))).toBe('rope\n\n\ufeff# ---\n# caption: Dusk\n')
  })

  it('uses the last value of a key', () => {
    expect(
      captionOf(parseSidecar('rope\n\n# ---\n# caption: a\n  # caption : b\n#caption: c\n# caption:d\n')),
    ).toBe('b')
  })

  it('accepts keys with special names of JavaScript', () => {
    const document = parseSidecar('rope\n\n# ---\n# __proto__: {"polluted": "yes"}\n# constructor: x\n')
    const metadata = metadataOf(document)
    expect(Object.entries(metadata)).toEqual([
      ['__proto__', { polluted: 'yes' }],
      ['constructor', 'x'],
    ])
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
    expect(metadataOf(parseSidecar('\n\n# ---\n# tags: {"__proto__": "x", "a": "b"}\n'))).toEqual({
      tags: { a: 'b' },
    })
    expect(textOf(parseSidecar('rope'), 'constructor')).toBeNull()
  })
})

describe('the parsing of values of a sidecar', () => {
  it('parses as JSON only lines that look like JSON', () => {
    const parse = vi.spyOn(JSON, 'parse')
    try {
      metadataOf(parseSidecar(`\n\n# ---\n${'# a: b\n'.repeat(400)}# list: ["x"]\n`))
      expect(parse).toHaveBeenCalledTimes(1)
    } finally {
      parse.mockRestore()
    }
  })
})

describe('a change to a sidecar', () => {
  it('writes values that this program and V2 read back', () => {
    fc.assert(
      fc.property(file, key, value, (text, name, set) => {
        const document = withValues(parseSidecar(text), Object.fromEntries([[name, set]]))
        const again = parseSidecar(formatSidecar(document))
        expect(Object.entries(metadataOf(again)).find(([found]) => found === name)?.[1]).toEqual(
          wellFormed(set),
        )
        if (typeof set === 'string' && set.trim()) expect(textOf(again, name)).toBe(set.toWellFormed())
        if (isReadAlike(text)) {
          expect(asV2Reads(formatSidecar(document)).metadata.get(name)).toEqual(wellFormed(set))
        }
      }),
    )
  })

  it.each([
    ['Dusk: the "last" knot. #shibari 🌅', 'Dusk: the "last" knot. #shibari 🌅'],
    ['"Dusk"', '"Dusk"'],
    ['# caption: evil', '# caption: evil'],
    ['', '!json ""'],
    [' Dusk ', '!json " Dusk "'],
    ['a\tb', '!json "a\\tb"'],
    ['\u0085', '!json "\\u0085"'],
    ['!json "a"', '!json "!json \\"a\\""'],
    ['[1, 2]', '!json "[1, 2]"'],
    ['["a"]', '!json "[\\"a\\"]"'],
    ['{"a": "b"}', '!json "{\\"a\\": \\"b\\"}"'],
    ['a\ud83c', '!json "a\ufffd"'],
    [['a\u2028', '\ud83c'], '["a\\u2028", "\ufffd"]'],
    [{ 'a"': 'b\n' }, '{"a\\"": "b\\n"}'],
  ])('writes %j as %s', (set, written) => {
    const text = formatSidecar(withValues(parseSidecar('rope\n\n'), { note: set }))
    expect(text).toBe(`rope\n\n# ---\n# note: ${written}\n`)
    expect(metadataOf(parseSidecar(text))).toEqual({ note: wellFormed(set) })
    expect(asV2Reads(text).metadata.get('note')).toEqual(wellFormed(set))
  })

  it('leaves every other line unchanged', () => {
    fc.assert(
      fc.property(file, key, value, (text, name, set) => {
        const before = parseSidecar(text)
        const after = withValues(before, Object.fromEntries([[name, set]]))
        const { removed, added } = difference(before.lines, after.lines)
        for (const line of added) expect(line).toMatch(line.startsWith(`# ${name}: `) ? /./ : /^(?:# ---)?$/)
        expect(added.filter((line) => line.startsWith('# ')).length).toBeLessThanOrEqual(2)
        expect(removed.length).toBeLessThanOrEqual(name === 'caption' ? 3 : 1)
        if (removed[0] !== undefined) expect(removed[0].trim().slice(2)).toMatch(new RegExp(`^${name}\\s*:`))
      }),
    )
  })

  it('injects no other key and no Stable Diffusion caption', () => {
    fc.assert(
      fc.property(file.filter(isReadAlike), key, value, hostileText, (text, name, set, sdCaption) => {
        const before = asV2Reads(text)
        const document = withValues(parseSidecar(text), Object.fromEntries([[name, set]]))
        const after = asV2Reads(formatSidecar(withSdCaption(document, sdCaption)))
        for (const [other, kept] of before.metadata) {
          if (other !== name) expect(after.metadata.get(other)).toEqual(kept)
        }
        expect([...after.metadata.keys()].filter((other) => other !== name)).toEqual(
          [...before.metadata.keys()].filter((other) => other !== name),
        )
        expect(after.sdCaption).toBe(sdCaptionOf(withSdCaption(document, sdCaption)) ?? '')
      }),
    )
  })

  it('writes a text of several lines as a single line with V2’s mark', () => {
    const caption = 'Dusk.\n# caption_edited: False\r\n\u2028# sha256: evil\u0085# --- \u001c# created: never'
    const document = withValues(parseSidecar('rope\n'), { caption })
    expect(formatSidecar(document)).toBe(
      'rope\n\n# ---\n# caption: !json "Dusk.\\n# caption_edited: False\\r\\n\\u2028# sha256: evil\\u0085# --- \\u001c# created: never"\n',
    )
    expect(captionOf(document)).toBe(caption)
    expect(Object.keys(metadataOf(document))).toEqual(['caption'])
  })

  it('writes lists as V2 does', () => {
    const document = withValues(parseSidecar(''), { tags: ['rope', 'say "dusk"', 'weiß'], moderation: [] })
    expect(formatSidecar(document)).toBe(
      '\n\n# ---\n# tags: ["rope", "say \\"dusk\\"", "weiß"]\n# moderation: []\n',
    )
  })

  it('keeps the line ends, the order, unknown keys and lines of other programs', () => {
    const text =
      'rope\r\nsecond line\r\n\r\n# ---\r\n# mood: calm\r\n# caption: a\r\n# a note\r\nfree text\r\n# caption: b\r\n# rating: 5\r\nthe end'
    const document = withSdCaption(
      withValues(parseSidecar(text), { caption: 'c', mood: null, alt_text: 'new' }),
      'silk',
    )
    expect(formatSidecar(document)).toBe(
      'silk\r\nsecond line\r\n\r\n# ---\r\n# caption: a\r\n# a note\r\nfree text\r\n# caption: c\r\n# rating: 5\r\n# alt_text: new\r\nthe end',
    )
  })

  it('changes nothing when the value stays the same', () => {
    for (const text of Object.values(v2Sidecars)) {
      const document = parseSidecar(text)
      const tags = listOf(document, 'tags')
      const same = withValues(document, {
        image_file: textOf(document, 'image_file') ?? undefined,
        tags: tags.length > 0 ? tags : undefined,
      })
      expect(formatSidecar(same)).toBe(text)
    }
  })

  it('removes every line of a key and nothing else', () => {
    const text = 'rope\n\n# ---\n# pose: a\n# note: b\n# pose: c\n'
    expect(formatSidecar(withValues(parseSidecar(text), { pose: null, camera: null }))).toBe(
      'rope\n\n# ---\n# note: b\n',
    )
    expect(formatSidecar(withValues(parseSidecar('rope'), { pose: null }))).toBe('rope')
  })

  it.each(['a b', 'a: b', 'x\n# caption', ''])('refuses the key %j', (name) => {
    expect(() => withValues(parseSidecar('rope'), { [name]: 'x' })).toThrow(TypeError)
  })

  it('writes the Stable Diffusion caption as a single line', () => {
    const document = withSdCaption(parseSidecar(''), ' rope,\n\n# ---\u2028# caption: evil\u0000 ')
    expect(formatSidecar(document)).toBe('rope, # --- # caption: evil\n\n# ---\n')
    expect(sdCaptionOf(withSdCaption(document, 'rope \ud83c'))).toBe('rope \ufffd')
    const hostile = withSdCaption(parseSidecar(''), '# --- rope')
    expect(sdCaptionOf(hostile)).toBe('# --- rope')
    expect(metadataOf(withValues(hostile, { caption: 'a' }))).toEqual({ caption: 'a' })
  })
})

describe('the caption of a sidecar', () => {
  it.each([
    ['the first version', null, {}],
    ['as the first plan had it', null, {}],
    ['with an edited caption', '"Dusk": the last knot. #shibari', {}],
    ['with an edited caption of several lines as they stood', 'The last knot.\n\n#rope #shibari', {}],
    ['of an edit without an analysis', 'The last knot.\n\n#rope #shibari', {}],
    [
      'with captions by platform',
      'Dusk, and one\nlast knot.',
      { telegram: 'Dusk, and one\nlast knot.', email: 'One last knot?' },
    ],
    ['with captions by platform as Python prints them', 'My own words.', {}],
    [
      'the newest version, without a Stable Diffusion caption',
      'Two lines\nof mine.',
      { telegram: 'For the channel.', email: 'Two lines\nof mine.' },
    ],
  ] as const)('finds the caption in every version: %s', (name, caption, byPlatform) => {
    const document = parseSidecar(v2Sidecars[name])
    expect(captionOf(document)).toBe(caption)
    expect(platformCaptionsOf(document)).toEqual(byPlatform)
  })

  it('distinguishes the caption from the Stable Diffusion caption', () => {
    const source = (text: string) => captionSourceOf(parseSidecar(text))
    expect(captionOf(parseSidecar(trainingPromptOnly))).toBeNull()
    expect(source(trainingPromptOnly)).toBe('training')
    expect(source(v2Sidecars['the first version'])).toBe('training')
    expect(source(v2Sidecars['with captions by platform'])).toBe('ai')
    expect(source(v2Sidecars['with an edited caption'])).toBe('person')
    expect(source('')).toBeNull()
    const document = parseSidecar('prompt\n\n# ---\n# caption: words\n')
    expect([sdCaptionOf(document), captionOf(document)]).toEqual(['prompt', 'words'])
  })

  it.each([
    ['', null],
    ['\n\n# ---\n# caption: \n', null],
    ['prompt\n\n# ---\n# caption: !json " \\n"\n# caption_generated: Generated.\n', 'Generated.'],
    ['prompt\n\n# ---\n# caption_generated: {"telegram": " ", "email": "Mail."}\n', 'Mail.'],
    ['prompt\n\n# ---\n# caption_generated: {broken\n', null],
    ['prompt\n\n# ---\n# caption_generated: ["a"]\n', null],
    ["prompt\n\n# ---\n# caption_generated: {'a': ('b', 'c')}\n", null],
    ["prompt\n\n# ---\n# caption_generated: {'a': __import__('os')}\n", null],
    [
      "prompt\n\n# ---\n# caption_generated: {'a': '\\x41\\u00e9\\U0001f305\\U99999999\\t\\\\'}\n",
      'Aé🌅U99999999\t\\',
    ],
  ])('parses %j to the caption %j', (text, caption) => {
    expect(captionOf(parseSidecar(text))).toBe(caption)
  })

  it('never reads lines of other programs as part of the caption', () => {
    for (const between of ['private notes\n', '# a comment\n', '\n\n']) {
      for (const next of ['', '# rating: 5\n']) {
        const text = `rope\n\n# ---\n# caption: Dusk.\n${between}${next}`
        expect(captionOf(parseSidecar(text))).toBe('Dusk.')
      }
    }
    const commented = 'rope\n\n# ---\n# caption: Dusk.\n# a comment\n# caption_edited: True\n'
    expect(captionOf(parseSidecar(commented))).toBe('Dusk.')
  })
})

describe('an edit of the caption', () => {
  it('marks and dates an edited caption, and changes nothing else', () => {
    const text = v2Sidecars['with captions by platform']
    const document = withEditedCaption(parseSidecar(text), 'My words.\nTwo lines.', at)
    expect(formatSidecar(document)).toBe(
      `${text}# caption: !json "My words.\\nTwo lines."\n# caption_edited: True\n# caption_updated_at: 2026-11-23T16:30:00Z\n`,
    )
    expect(hasEditedCaption(document)).toBe(true)
    expect(platformCaptionsOf(document)).toEqual({})
  })

  it('replaces all lines of the previous caption', () => {
    const text = v2Sidecars['with an edited caption of several lines as they stood']
    const document = withEditedCaption(parseSidecar(text), 'One line.', at)
    expect(formatSidecar(document)).toBe(
      text
        .replace('# caption: The last knot.\n\n#rope #shibari\n', '# caption: One line.\n')
        .replace('2026-03-02T20:15:00Z', '2026-11-23T16:30:00Z'),
    )
  })

  it('changes platform texts that equal the old caption, and keeps the others', () => {
    const text = v2Sidecars['the newest version, without a Stable Diffusion caption']
    const document = withEditedCaption(parseSidecar(text), 'Newer.', at)
    expect(captionOf(document)).toBe('Newer.')
    expect(platformCaptionsOf(document)).toEqual({ telegram: 'For the channel.', email: 'Newer.' })
  })
})

describe('an analysis', () => {
  it('writes a complete sidecar as V2 would', () => {
    const document = withAnalysis(parseSidecar(''), {
      ...analysis,
      ofDropbox: { fileId: 'id:1', rev: '5f3e' },
      artistAlias: 'Alice',
      details: {
        moderation: [],
        tags: ['rope', ' ', 'dusk'],
        subject: 'a rope',
        pose: null,
        camera: ' ',
        alt_text: 'A rope\nat dusk.',
      },
    })
    expect(formatSidecar(document)).toBe(`rope at dusk

# ---
# image_file: dusk-01.jpg
# dropbox_file_id: id:1
# dropbox_rev: 5f3e
# sha256: ${'ab'.repeat(32)}
# created: 2026-11-23T16:30:00Z
# sd_caption_version: v1.0
# model_version: gpt-5
# artist_alias: Alice
# subject: a rope
# alt_text: !json "A rope\\nat dusk."
# tags: ["rope", "dusk"]
# rating_generated: nudity
# caption: New words.
# caption_generated: {"telegram": "New words.", "email": "New words for mail."}
# caption_updated_at: 2026-11-23T16:30:00Z
`)
    expect(hasEditedCaption(document)).toBe(false)
  })

  it('replaces the values of the previous analysis, and keeps the lines of other programs', () => {
    const first = withAnalysis(parseSidecar(''), {
      ...analysis,
      artistAlias: 'Alice',
      details: { pose: 'kneeling', tags: ['rope'] },
    })
    const noted = parseSidecar(`${formatSidecar(first)}# rating: 5\nmine\n`)
    const second = withAnalysis(noted, {
      ...analysis,
      sdCaption: null,
      caption: 'Second.',
      platformCaptions: {},
      details: { tags: ['silk'] },
    })
    expect(formatSidecar(second)).toBe(
      formatSidecar(noted)
        .replace('# pose: kneeling\n', '')
        .replace('["rope"]', '["silk"]')
        .replace('# caption: New words.', '# caption: Second.')
        .replace(/# caption_generated: .*/, '# caption_generated: {"generic": "Second."}'),
    )
    expect(hasEditedCaption(second)).toBe(false)
    expect(metadataOf(withAnalysis(first, analysis))).toMatchObject({ pose: 'kneeling' })
  })

  it.each([
    'with an edited caption',
    'with an edited caption of several lines as they stood',
    'of an edit without an analysis',
    'with captions by platform as Python prints them',
    'the newest version, without a Stable Diffusion caption',
  ] as const)('never replaces a person’s caption: %s', (name) => {
    const before = parseSidecar(v2Sidecars[name])
    const after = withAnalysis(before, analysis)
    expect(captionOf(after)).toBe(captionOf(before))
    expect(platformCaptionsOf(after)).toEqual(platformCaptionsOf(before))
    for (const kept of ['caption', 'caption_edited', 'caption_updated_at', 'caption_submitted']) {
      expect(textOf(after, kept)).toBe(textOf(before, kept))
    }
    expect(metadataOf(after)).toMatchObject({ caption_generated: analysis.platformCaptions })
    expect(captionOf(withAnalysis(after, { ...analysis, caption: 'Third.' }))).toBe(captionOf(before))
  })

  it('never replaces a caption that a person wrote into the file by hand', () => {
    const generated = formatSidecar(withAnalysis(parseSidecar(''), analysis))
    const byHand = generated.replace('# caption: New words.', '# caption: My words.')
    expect(captionOf(withAnalysis(parseSidecar(byHand), { ...analysis, caption: 'Third.' }))).toBe(
      'My words.',
    )
    expect(captionOf(withAnalysis(parseSidecar('rope\n\n# ---\n# caption: Mine.\n'), analysis))).toBe('Mine.')
  })

  it('never replaces a generated caption that a person adopted', () => {
    const taken = withEditedCaption(withAnalysis(parseSidecar(''), analysis), analysis.caption, at)
    expect(captionOf(withAnalysis(taken, { ...analysis, caption: 'Third.' }))).toBe('New words.')
  })

  it('never replaces a caption that a person sent to one platform', () => {
    const sent = parseSidecar('rope\n\n# ---\n# caption_submitted: {"email": "Mine."}\n')
    const after = withAnalysis(sent, analysis)
    expect(captionOf(after)).toBe('Mine.')
    expect(platformCaptionsOf(after)).toEqual({ email: 'Mine.' })
  })

  it('replaces a caption that is blank or marked as not edited', () => {
    for (const caption of [
      '# caption: New words.\n# caption_edited: False',
      '# caption: \n# caption_edited: True',
    ]) {
      const document = parseSidecar(`rope\n\n# ---\n${caption}\n# caption_generated: New words.\n`)
      expect(captionOf(withAnalysis(document, { ...analysis, caption: 'Third.' }))).toBe('Third.')
    }
  })

  it('replaces a person’s caption when the person explicitly allows it', () => {
    for (const text of Object.values(v2Sidecars)) {
      const document = withAnalysis(parseSidecar(text), analysis, { replaceEdited: true })
      expect(captionOf(document)).toBe('New words.')
      expect(hasEditedCaption(document)).toBe(false)
      expect(platformCaptionsOf(document)).toEqual(analysis.platformCaptions)
      expect(formatSidecar(document)).not.toContain('The last knot.\n\n#rope #shibari\n#')
    }
  })

  it('changes nothing when the same analysis is applied twice', () => {
    for (const text of Object.values(v2Sidecars)) {
      const once = withAnalysis(parseSidecar(text), analysis)
      expect(formatSidecar(withAnalysis(once, analysis))).toBe(formatSidecar(once))
    }
  })

  it('keeps a person’s empty caption until the person asks for a new caption', () => {
    for (const text of Object.values(v2Sidecars)) {
      const emptied = withEditedCaption(parseSidecar(text), ' ', at)
      const stored = parseSidecar(formatSidecar(emptied))
      expect([captionOf(stored), captionSourceOf(stored)]).toEqual(['', 'person'])
      expect(captionOf(withAnalysis(stored, analysis))).toBe('')
      expect(asV2Reads(formatSidecar(stored)).metadata.get('caption')).toBe('')
      expect(captionOf(withAnalysis(stored, analysis, { replaceEmpty: true }))).toBe(
        Object.values(platformCaptionsOf(stored)).includes('For the channel.') ? '' : 'New words.',
      )
    }
  })

  it('loses no caption of a person, with any content', () => {
    fc.assert(
      fc.property(file, hostileText, hostileText, (text, caption, generated) => {
        fc.pre(caption.trim() !== '' && generated.trim() !== '')
        const edited = withEditedCaption(parseSidecar(text), caption, at)
        const stored = parseSidecar(formatSidecar(edited))
        const again = withAnalysis(stored, { ...analysis, caption: generated, sdCaption: generated })
        expect(captionOf(parseSidecar(formatSidecar(again)))).toBe(caption.toWellFormed())
      }),
    )
  })
})
