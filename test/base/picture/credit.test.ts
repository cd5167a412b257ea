import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { creditBlocks, maxCreditBytes } from '../../../src/base/metadata/credit.ts'
import type { Credit } from '../../../src/base/metadata/photographer.ts'
import { creditedJpeg, stripperOf } from '../../../src/base/picture/clean.ts'
import { openCleanStream } from '../../../src/base/picture/clean-stream.ts'
import { readPictureFacts } from '../../../src/base/picture/header.ts'
import { joined, runOver } from '../../../src/base/picture/input.ts'
import { noise, sourceOf } from '../../support/fixtures/pictures.ts'
import {
  canariesIn,
  canaryAnimation,
  canaryJpeg,
  canaryPng,
  canaryWebp,
} from '../../support/fixtures/pictures-with-metadata.ts'

const credit: Credit = {
  creators: ['Zoë Müller', 'Bo <b> & Co'],
  copyright: '© 2026 Zoë "Z" Müller',
  usageTerms: 'No reuse. Ask first.',
}
const pictures = {
  jpeg: await canaryJpeg({ orientation: 6 }),
  png: await canaryPng({ orientation: 6 }),
  webp: await canaryWebp({ orientation: 6 }),
  'webp animation': await canaryAnimation(),
  'lossy webp without metadata': await noise(40, 30).webp().toBuffer(),
  'lossless webp with transparency': await noise(41, 31).ensureAlpha(0.4).webp({ lossless: true }).toBuffer(),
}
const cases = Object.entries(pictures)
const pixels = (bytes: Uint8Array) => sharp(bytes, { animated: true }).raw().toBuffer()

function copyOf(bytes: Uint8Array, given: Credit | null = credit): Buffer {
  const facts = readPictureFacts(bytes)
  if (typeof facts === 'string') throw new Error(facts)
  const isTurned = bytes === pictures.webp
  const parser = stripperOf(facts.mediaType, isTurned ? 6 : 1, creditBlocks(given))
  return Buffer.from(joined(runOver(bytes, parser).output))
}

async function xmpOf(bytes: Uint8Array): Promise<string> {
  return String((await sharp(bytes).metadata()).xmp ?? '')
}

describe('a copy with credit', () => {
  it.each(cases)('names creator, copyright and terms of a %s, and nothing else', async (_, bytes) => {
    const copy = copyOf(bytes)
    const xmp = await xmpOf(copy)
    expect(xmp).toContain('<rdf:li>Zoë Müller</rdf:li><rdf:li>Bo &lt;b&gt; &amp; Co</rdf:li>')
    expect(xmp).toContain('© 2026 Zoë "Z" Müller')
    expect(xmp).toContain('No reuse. Ask first.')
    expect(canariesIn(copy)).toEqual([])
  })

  it.each(cases)('keeps pixels and orientation of a %s', async (_, bytes) => {
    const copy = copyOf(bytes)
    expect((await pixels(copy)).equals(await pixels(bytes))).toBe(true)
    expect((await sharp(copy).metadata()).orientation ?? 1).toBe(
      (await sharp(bytes).metadata()).orientation ?? 1,
    )
  })

  it.each(cases)('streams the same bytes of a %s in chunks of any size', async (_, bytes) => {
    const whole = copyOf(bytes)
    for (const chunk of [1, 7, 1000]) {
      const source = { size: bytes.length, open: async () => sourceOf(bytes, { chunk }).body }
      const { body } = await openCleanStream(source, credit)
      expect(Buffer.from(await new Response(body).arrayBuffer()).equals(whole)).toBe(true)
    }
  })

  it('writes artist and copyright into the EXIF of a JPEG', async () => {
    const { exif } = await sharp(copyOf(pictures.jpeg)).metadata()
    expect(exif?.toString('utf8')).toContain('Zoë Müller; Bo <b> & Co\0')
    expect(exif?.toString('utf8')).toContain('© 2026 Zoë "Z" Müller\0')
  })

  it('gives a finished JPEG its credit, and leaves it alone without credit', async () => {
    const jpeg = new Uint8Array(await noise(40, 30).jpeg().toBuffer())
    expect(await xmpOf(creditedJpeg(jpeg, credit))).toContain('Zoë Müller')
    expect(creditedJpeg(jpeg, null)).toBe(jpeg)
    expect(creditedJpeg(jpeg, { creators: [' '], copyright: null, usageTerms: '\u0000' })).toBe(jpeg)
  })

  it('stays small and well-formed for any texts', async () => {
    const jpeg = new Uint8Array(await noise(8, 8).jpeg().toBuffer())
    const text = fc.string({ unit: 'binary', maxLength: 2000 })
    const long = fc.constantFrom(
      '&'.repeat(5000),
      '\u{1f980}'.repeat(3000),
      '漢'.repeat(3000),
      '<"\u0000\ud800',
    )
    const any = fc.oneof(text, long)
    const credits = fc.record({
      creators: fc.array(any, { maxLength: 30 }),
      copyright: fc.option(any),
      usageTerms: fc.option(any),
    })
    await fc.assert(
      fc.asyncProperty(credits, async (given) => {
        const copy = creditedJpeg(jpeg, given)
        expect(copy.length - jpeg.length).toBeLessThanOrEqual(maxCreditBytes)
        const xmp = await xmpOf(copy)
        expect(xmp.isWellFormed()).toBe(true)
        expect(xmp.replaceAll(/&(?:amp|lt|gt|quot);/g, '')).not.toMatch(/&|\p{Cc}/u)
      }),
      { numRuns: 100 },
    )
  })
})
