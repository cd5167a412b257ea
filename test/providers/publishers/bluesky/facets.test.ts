import { RichText } from '@atproto/api'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detectFacets, type Facet } from '../../../../src/providers/publishers/bluesky/facets.ts'

/** Detects with the vendor's client, and leaves out links and tags that the vendor's server refuses. */
function reference(text: string): unknown {
  const rich = new RichText({ text })
  rich.detectFacetsWithoutResolution()
  const found = (rich.facets ?? []).map(({ index: { byteStart, byteEnd }, features: [feature] }) => ({
    index: { byteStart, byteEnd },
    feature,
  }))
  return sorted(
    found.flatMap(({ index, feature }) => {
      if (feature && 'uri' in feature) {
        // The client takes a name such as "httpbin.org" for a URL.
        const uri = /^https?:\/\//.test(String(feature.uri)) ? feature.uri : `https://${feature.uri}`
        return URL.canParse(String(uri)) ? [{ index, value: uri }] : []
      }
      if (feature && 'tag' in feature) {
        return new TextEncoder().encode(String(feature.tag)).length > 640
          ? []
          : [{ index, value: feature.tag }]
      }
      // The client offers "@.org" too, which no server can resolve.
      const handle = feature && 'did' in feature ? String(feature.did) : ''
      return isHandle(handle) ? [{ index, value: `@${handle}` }] : []
    }),
  )
}

function isHandle(text: string): boolean {
  const labels = text.split('.')
  return labels.length > 1 && labels.every((label) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(label))
}

function ours(text: string): unknown {
  const { facets, mentions } = detectFacets(text)
  return sorted([
    ...facets.map(({ index, features: [feature] }) => ({ index, value: linkOf(feature) })),
    ...mentions.map(({ index, handle }) => ({ index, value: `@${handle}` })),
  ])
}

function linkOf(feature: Facet['features'][0]): string {
  if ('uri' in feature) return feature.uri
  return 'tag' in feature ? feature.tag : feature.did
}

function sorted<T extends { index: Facet['index']; value: unknown }>(found: T[]): T[] {
  return found.sort(
    (one, other) =>
      one.index.byteStart - other.index.byteStart || String(one.value).localeCompare(String(other.value)),
  )
}

const examples = [
  '#rope at dawn, #緊縛 and #Straße! #1 #2024a #😀 #️⃣ ##twice #a#b',
  'See https://example.com/a(b) and (https://example.com/c). example.org, e.g. end.Next httpbin.org/x',
  'HTTP://EXAMPLE.COM https:// http:/// https://. Example.com',
  'by @alice.test, @bob.bsky.social! (@carol.example.com) @dave @e.f_g @.test a@b.com',
  'costs $50 or $ABC. ($x1) $TOOLONG $a-b',
  '👩‍👩‍👧‍👦 #familie\u00ad#x ＃全角 #zero\u200bwidth #a\u20e2b \ud800 #lone',
  '#'.concat('é'.repeat(64), ' #', 'e'.repeat(65), ' #', '👩‍👩‍👧‍👦'.repeat(30)),
  '(#no) (https://a.com) [b.com] "c.com"',
]

describe('the detection of facets', () => {
  it.each(examples)("equals the result of the vendor's client for %j", (text) => {
    expect(ours(text)).toEqual(reference(text))
  })

  it("equals the result of the vendor's client for any text", () => {
    const pieces = fc.constantFrom(
      ...['#', '＃', '@', '$', '(', ')', '.', ',', '!', ' ', '\n', '_', '-', '/', ':', '1', 'a', 'Z', 'é'],
      ...[
        '縄',
        '😀',
        '👩‍👩‍👧',
        '\ufe0f',
        '\u00ad',
        '\u200b',
        '\u200a',
        '\u20e2',
        '\ud83d',
        'ftp',
        'https://',
      ],
      ...[
        'http://',
        'example',
        '.com',
        '.test',
        '.org',
        '.Next',
        'alice',
        'rope',
        'ABC',
        '\u2019',
        '"',
        '\t',
      ],
    )
    const texts = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof(texts, fc.string({ unit: 'binary', maxLength: 60 })), (text) => {
        expect(ours(text)).toEqual(reference(text))
      }),
      { numRuns: 5000 },
    )
  })

  it('counts UTF-8 bytes', () => {
    expect(detectFacets('縄 #é').facets).toEqual([
      {
        index: { byteStart: 4, byteEnd: 7 },
        features: [{ $type: 'app.bsky.richtext.facet#tag', tag: 'é' }],
      },
    ])
  })
})
