import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listingXml } from '../../../support/fakes/s3-bucket.ts'
import { answering, onCall, startScriptedS3 } from '../../../support/fakes/scripted-s3.ts'
import { rejection } from '../../../support/fixtures/rejections.ts'

const encoded = '<EncodingType>url</EncodingType>'
const outage = { name: 'PublisherError', code: 'storage_unavailable' }

/** Returns the names in the listing when the server answers with `xml`. */
async function namesIn(xml: string): Promise<string[]> {
  const s3 = await startScriptedS3()
  s3.script(onCall('list', answering(xml), { times: 99 }))
  return (await s3.store().list('root')).photos.map(({ name }) => name)
}

/** Returns the error of a listing when the server answers with these pages, and repeats the last page. */
async function listing(...pages: string[]) {
  const s3 = await startScriptedS3()
  s3.script((call) => {
    if (call.operation !== 'list') return undefined
    return answering(pages[s3.count('list') - 1] ?? pages.at(-1) ?? '')
  })
  return { s3, error: await rejection(s3.store().list('root')) }
}

describe('a page of an S3 listing', () => {
  it('lists all photos of each page, without markers and sidecars', async () => {
    const s3 = await startScriptedS3()
    const names = Array.from({ length: 120 }, (_, index) => `${String(index).padStart(3, '0')} é&+.jpg`)
    for (const name of names) s3.bucket.seed(`Photos/${name}`, '.'.repeat(600))
    s3.bucket.seed('Photos/000 é&+.txt', 'caption')
    s3.bucket.seed('Photos/', '')
    s3.bucket.seed('Photos/deeper/x.jpg', '.'.repeat(600))
    const { photos, withSidecar } = await s3.store({ pageSize: 7 }).list('root')
    expect(photos.map(({ name }) => name)).toEqual(names)
    expect([...withSidecar]).toEqual([names[0]])
    expect(s3.calls).toHaveLength(Math.ceil((names.length + 2) / 7))
  })

  it('fails when more pages are announced without a token', async () => {
    const entries = [{ key: 'Photos/a.jpg' }]
    for (const token of ['', '<NextContinuationToken></NextContinuationToken>']) {
      const { s3, error } = await listing(
        listingXml(entries, `${encoded}<IsTruncated>true</IsTruncated>${token}`),
      )
      expect(error).toMatchObject(outage)
      expect(s3.calls).toHaveLength(1)
    }
  })

  it('fails when tokens repeat', async () => {
    const page = (token: string) =>
      listingXml([], `<IsTruncated>true</IsTruncated><NextContinuationToken>${token}</NextContinuationToken>`)
    const { s3, error } = await listing(page('one'), page('two'), page('one'))
    expect(error).toMatchObject(outage)
    expect(s3.calls).toHaveLength(3)
  })

  it('fails when the pages never end', async () => {
    const s3 = await startScriptedS3()
    s3.script(() =>
      answering(
        listingXml(
          [],
          `<IsTruncated>true</IsTruncated><NextContinuationToken>${s3.calls.length}</NextContinuationToken>`,
        ),
      ),
    )
    expect(await rejection(s3.store().list('root'))).toMatchObject(outage)
  })

  it('fails instead of returning a partial listing when a later page fails', async () => {
    const s3 = await startScriptedS3()
    for (const name of ['a.jpg', 'b.jpg']) s3.bucket.seed(`Photos/${name}`, '.'.repeat(600))
    s3.script(onCall('list', { kind: 'reset' }, { nth: 2, times: 99 }))
    expect(await rejection(s3.store({ pageSize: 1 }).list('root'))).toMatchObject(outage)
  })
})

describe('a key in an S3 listing', () => {
  it.each([
    ['percent-encoded, as requested', encoded, '%C3%BC+%26+%2B%3C%3E%27%22.jpg', `ü & +<>'".jpg`],
    ['written with named entities', '', 'ü &amp; +&lt;&gt;&apos;&quot;.jpg', `ü & +<>'".jpg`],
    ['written with numeric entities', '', '&#252; &#38; +&#x3C;&#x3e;&#39;&#34;.jpg', `ü & +<>'".jpg`],
    ['encoded and looks like an entity', encoded, '%26amp%3B%26%2339%3B.jpg', '&amp;&#39;.jpg'],
    ['an escaped entity', '', '&amp;lt;&amp;#39;.jpg', '&lt;&#39;.jpg'],
    ['not encoded and has percent signs', '', '50%25.jpg', '50%25.jpg'],
    ['a number', '', '007.50.jpg', '007.50.jpg'],
  ])('decodes a key that is %s', async (_, head, written, name) => {
    expect(await namesIn(listingXml([{ key: `Photos/${written}` }], head))).toEqual([name])
  })

  it('ignores a key that has control characters, slashes or another folder', async () => {
    const keys = [
      'Photos/%00.jpg',
      'Photos/a%0Ab.jpg',
      'Photos/%1b[31m.jpg',
      'Photos/..%2Fb.jpg',
      'Photos/deeper/c.jpg',
      'Photos/.hidden.jpg',
      'Others/1d.jpg',
      'Photo/ad.jpg',
      '__proto__',
      'Photos/',
    ]
    const entries = [...keys, 'Photos/good.jpg'].map((key) => ({ key }))
    expect(await namesIn(listingXml(entries, encoded))).toEqual(['good.jpg'])
  })

  it('lists a photo of any name under that name', async () => {
    const unit = fc.constantFrom(...'aZ0 ._-+%#&=?!\'()*~@,;:$[]{}^`|<>"é写🌅')
    const s3 = await startScriptedS3()
    let key = ''
    s3.script(({ operation }) =>
      operation === 'list' ? answering(listingXml([{ key: encodeURIComponent(key) }], encoded)) : undefined,
    )
    const store = s3.store()
    await fc.assert(
      fc.asyncProperty(fc.string({ unit, minLength: 1, maxLength: 20 }), async (text) => {
        key = `Photos/a${text}.jpg`
        expect((await store.list('root')).photos.map(({ name }) => name)).toEqual([`a${text}.jpg`])
      }),
      { numRuns: 50 },
    )
  })
})

describe('a photo in an S3 listing', () => {
  it.each(['"e"', '&quot;e&quot;', '&#34;e&#34;', '&#x22;e&#x22;', 'e'])(
    'reads the same content hash when the entity tag is written as %s',
    async (etag) => {
      const s3 = await startScriptedS3()
      const xml = listingXml([{ key: 'Photos/a.jpg', etag }], encoded)
      s3.script(onCall('list', answering(xml)))
      expect((await s3.store().list('root')).photos[0]?.contentHash).toBe('e')
    },
  )
})

describe('an invalid S3 listing', () => {
  const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('')

  it.each([
    ['an empty body', ''],
    ['half a listing', listingXml([{ key: 'Photos/a.jpg' }], '').slice(0, 150)],
    ['an HTML page', '<html><body>Welcome!<br></body></html>'],
    ['JSON', '{"photos":[]}'],
    ['an error with status 200', '<Error><Code>InternalError</Code></Error>'],
    ['a size that is not a number', listingXml([{ key: 'Photos/a.jpg', size: Number.NaN }], '')],
    ['a negative size', listingXml([{ key: 'Photos/a.jpg', size: -1 }], '')],
    ['an invalid date', listingXml([{ key: 'Photos/a.jpg', modifiedAt: 'yesterday' }], '')],
    ['a broken encoding', listingXml([{ key: 'Photos/%E0%A4%A.jpg' }], encoded)],
    [
      'a local file',
      `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>${listingXml([{ key: '&f;' }], '')}`,
    ],
  ])('refuses a listing with %s', async (_, xml) => {
    const { error } = await listing(xml)
    expect(error).toMatchObject(outage)
  })

  it('does not expand a billion laughs', async () => {
    const xml = `<!DOCTYPE x [<!ENTITY l0 "ha">${laughs}]>${listingXml([{ key: 'Photos/&l9;.jpg' }], '')}`
    expect(await namesIn(xml)).toEqual(['&l9;.jpg'])
  })
})
