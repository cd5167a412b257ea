import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesNone } from '../../src/base/entity-tag.ts'
import { negotiateType } from '../../src/workflow/thumbnail/media-type.ts'
import { makeThumbnail } from '../../src/workflow/thumbnail.ts'
import { made, name, photo, scene } from '../support/fixtures/thumbnails.ts'

describe('a conditional request', () => {
  it('makes only one stat call when the client has the thumbnail', async () => {
    const { ask, calls, owners } = scene()
    const { etag } = await made(ask())
    const before = { ...calls }
    for (const ifNoneMatch of [etag, `W/${etag}`, `"other", ${etag}`, '*', ' * ']) {
      expect(await ask({ ifNoneMatch })).toMatchObject({ status: 'not_modified', etag })
    }
    expect(calls).toEqual({ ...before, stat: before.stat + 5 })
    expect(owners).toHaveLength(1)
  })

  it('does not read the original when the client has the thumbnail and the memory does not', async () => {
    const { etag } = await made(scene().ask())
    const restarted = scene()
    expect(await restarted.ask({ ifNoneMatch: etag })).toMatchObject({ status: 'not_modified', etag })
    expect(restarted.calls.read).toBe(0)
  })

  it('returns the thumbnail when the tag differs', async () => {
    const { ask } = scene()
    expect((await ask({ ifNoneMatch: '"other", W/"another"' })).status).toBe('ok')
    expect((await ask({ ifNoneMatch: 'unreadable' })).status).toBe('ok')
  })

  it('returns a different tag for other bytes, another size, another type and another storage', async () => {
    const { ask, photos, tools } = scene()
    const tags = [
      (await ask()).etag,
      (await ask({ size: 'w256h256' })).etag,
      (await ask({ accept: 'image/webp' })).etag,
    ]
    photos[name] = { bytes: photo, contentHash: 'two' }
    tags.push((await ask()).etag)
    const moved = { ...tools, store: { ...tools.store, provider: 'other' } }
    tags.push((await makeThumbnail(moved, { folder: 'root', name })).etag)
    expect(new Set(tags).size).toBe(5)
  })

  it('reveals nothing of the storage’s own tag', async () => {
    const contentHash = 'canary-vendor-etag'
    const { etag } = await scene({ [name]: { bytes: photo, contentHash } }).ask()
    expect(etag).not.toContain('canary')
    expect(etag).not.toContain(Buffer.from(contentHash).toString('hex').slice(0, 8))
  })

  it('compares If-None-Match as RFC 9110, section 13.1.2 requires', () => {
    const tag = '"abc"'
    for (const header of ['"abc"', 'W/"abc"', '"x","abc"', '"x" , W/"abc" ,"y"', '*', ',"abc",']) {
      expect([header, matchesNone(header, tag)]).toEqual([header, true])
    }
    for (const header of [undefined, '', 'abc', '"ab"', '"abcd"', '"*"', '"x, abc"', "'abc'", 'W/*']) {
      expect([header, matchesNone(header, tag)]).toEqual([header, false])
    }
    fc.assert(fc.property(fc.string(), (header) => typeof matchesNone(header, tag) === 'boolean'))
  })
})

describe('the media type of a thumbnail', () => {
  const both = ['image/avif', 'image/webp'] as const

  it.each([
    [undefined, 'image/jpeg'],
    ['', 'image/jpeg'],
    ['*/*', 'image/jpeg'],
    ['image/*', 'image/jpeg'],
    ['text/html', 'image/jpeg'],
    ['image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5', 'image/jpeg'],
    ['image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'image/avif'],
    ['image/webp,image/avif', 'image/avif'],
    ['image/webp,image/avif;q=0.5', 'image/webp'],
    ['IMAGE/WEBP', 'image/webp'],
    ['image/webp;q=0', 'image/jpeg'],
    ['image/webp;q=0,image/avif', 'image/avif'],
    ['image/avif,*/*', 'image/avif'],
    ['image/jpeg,image/webp;q=0.5', 'image/jpeg'],
    ['image/jpeg;q=0.5,image/webp;q=0.5', 'image/webp'],
    ['image/webp;q=0.1', 'image/webp'],
    [';;;,,=q', 'image/jpeg'],
  ])('answers Accept: %s with %s', (accept, expected) => {
    expect(negotiateType(accept, both)).toBe(expected)
  })

  it('chooses one of the offered types for any header', () => {
    expect(negotiateType('image/avif', ['image/webp'])).toBe('image/jpeg')
    fc.assert(
      fc.property(fc.string(), (accept) => ['image/jpeg', ...both].includes(negotiateType(accept, both))),
    )
  })
})
