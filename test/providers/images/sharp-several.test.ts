import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReduceOrder, Reduction, ThumbnailType } from '../../../src/ports/images.ts'
import { createSharpReducer } from '../../../src/providers/images/sharp.ts'
import { meanDifference } from '../../support/contracts/image-reducer.ts'
import { draw, noise, type Probe, probe, silent, sourceOf } from '../../support/fixtures/pictures.ts'

const reducer = createSharpReducer()
const small = { width: 60, height: 40 }
const jpeg: Reduction = { box: small, mediaType: 'image/jpeg' }

describe('sharp, for several pictures of one photo', () => {
  it('makes pictures of the same size and almost the same pixels as single reductions', async () => {
    const wave = (at: number) => Math.round(128 + 100 * Math.sin(at / 40))
    const picture = draw(391, 283, (x, y) => [wave(x), wave(x + 2 * y), wave(y)])
    const photos = [
      await picture.clone().jpeg({ quality: 95 }).toBuffer(),
      await picture.clone().jpeg({ quality: 95, progressive: true }).toBuffer(),
      await picture.clone().png().toBuffer(),
      await picture.clone().webp({ quality: 95 }).toBuffer(),
      await picture.clone().withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer(),
      await picture.clone().toColourspace('b-w').jpeg().toBuffer(),
      await picture.clone().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(),
      await picture.clone().toColourspace('rgb16').png().toBuffer(),
    ]
    const reduction = fc.record({
      box: fc.record({ width: fc.integer({ min: 32, max: 500 }), height: fc.integer({ min: 32, max: 500 }) }),
      mediaType: fc.constantFrom<ThumbnailType>('image/jpeg', 'image/webp'),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.nat(photos.length - 1),
        fc.array(reduction, { minLength: 1, maxLength: 4 }),
        async (which, reductions) => {
          const photo = photos[which] ?? Buffer.of()
          const source = sourceOf(photo)
          const made = await reducer.reduceAll(source, reductions, { owner: 'alice' })
          expect(source.pulled()).toBe(photo.length)
          expect(made.map(({ mediaType }) => mediaType)).toEqual(reductions.map(({ mediaType }) => mediaType))
          for (const [index, { box, mediaType }] of reductions.entries()) {
            const alone = await reducer.reduce(sourceOf(photo), box, mediaType, 'alice')
            const { bytes, width, height } = made[index] ?? alone
            expect([width, height]).toEqual([alone.width, alone.height])
            expect(await meanDifference(bytes, alone.bytes)).toBeLessThan(12)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('answers no reductions with no pictures, and does not read the photo', async () => {
    const source = sourceOf(await noise(60, 40).jpeg().toBuffer())
    expect(await reducer.reduceAll(source, [], { owner: 'alice' })).toEqual([])
    expect([source.pulled(), source.isCancelled()]).toEqual([0, true])
  })

  it('makes WebP where AVIF needs more memory than the budget', async () => {
    const limited = createSharpReducer({ decodeBudgetBytes: 30_000_000 })
    const photo = await noise(900, 600).jpeg().toBuffer()
    const large: Reduction = { box: { width: 900, height: 600 }, mediaType: 'image/avif' }
    const made = await limited.reduceAll(sourceOf(photo), [jpeg, large], { owner: 'alice' })
    expect(made.map(({ mediaType }) => mediaType)).toEqual(['image/jpeg', 'image/webp'])
  })

  it('refuses pictures that need more memory than the budget', async () => {
    const limited = createSharpReducer({ decodeBudgetBytes: 14_000_000 })
    const photo = await noise(900, 600).jpeg().toBuffer()
    const large: Reduction = { box: { width: 900, height: 600 }, mediaType: 'image/avif' }
    await expect(limited.reduceAll(sourceOf(photo), [jpeg, large], { owner: 'alice' })).rejects.toMatchObject(
      { code: 'photo_too_large' },
    )
  })
})

describe('sharp, for work ahead', () => {
  /** Starts reductions on a reducer with room for a single original, which the first holds until `release`. */
  async function occupied() {
    const photo = await noise(60, 40).jpeg().toBuffer()
    const by = createSharpReducer({ originalBudgetBytes: photo.length })
    const gate = Promise.withResolvers<void>()
    const order: string[] = []
    const reduce = (name: string, what: ReduceOrder, source: Probe = named(name)) =>
      by.reduceAll(source, [jpeg], what)
    const named = (name: string) => {
      const reader = sourceOf(photo).body.getReader()
      return probe(photo.length, async (controller) => {
        if (!order.includes(name)) order.push(name)
        await gate.promise
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      })
    }
    return { reduce, order, release: () => gate.resolve() }
  }

  it('reads originals ahead after all originals that clients wait for', async () => {
    const { reduce, order, release } = await occupied()
    const made = [
      reduce('first', { owner: 'alice' }),
      reduce('ahead', { owner: 'bob', isAhead: true }),
      reduce('second', { owner: 'alice' }),
      reduce('third', { owner: 'carol' }),
    ]
    release()
    await Promise.all(made)
    expect(order.at(-1)).toBe('ahead')
  })

  it('drops work whose signal fires while it waits, and does not read its original', async () => {
    const { reduce, order, release } = await occupied()
    const leaving = new AbortController()
    const first = reduce('first', { owner: 'alice' })
    const source = silent(100)
    const dropped = reduce('dropped', { owner: 'bob', signal: leaving.signal }, source)
    leaving.abort()
    await expect(dropped).rejects.toMatchObject({ code: 'busy' })
    expect([source.pulled(), source.isCancelled()]).toEqual([0, true])
    release()
    await first
    expect(order).toEqual(['first'])
  })

  it('ends the reading of an original when its signal fires', async () => {
    const leaving = new AbortController()
    const source = silent(100)
    const dropped = reducer.reduceAll(source, [jpeg], { owner: 'bob', signal: leaving.signal })
    leaving.abort()
    await expect(dropped).rejects.toMatchObject({ code: 'busy' })
    expect(source.isCancelled()).toBe(true)
  })
})
