import { describe, expect, it } from 'vitest'
import type { ReducedImage } from '../../../src/ports/images.ts'
import { createSharpReducer } from '../../../src/providers/images/sharp.ts'
import { noise, sourceOf } from '../../support/fixtures/pictures.ts'

const images = createSharpReducer()
const small = { box: { width: 100, height: 100 }, mediaType: 'image/jpeg' } as const
const large = { box: { width: 400, height: 400 }, mediaType: 'image/jpeg' } as const
const original = new Uint8Array(await noise(900, 600).jpeg().toBuffer())

describe('the first of several pictures', () => {
  it('arrives before the others, and is the same picture in the results', async () => {
    const arrived: ReducedImage[] = []
    let isOver = false
    const order = {
      owner: 'alice',
      onFirst(picture: ReducedImage) {
        expect(isOver).toBe(false)
        arrived.push(picture)
      },
    }
    const made = await images.reduceAll(sourceOf(original), [small, large], order)
    isOver = true
    expect(arrived).toEqual([made[0]])
    expect(made.map(({ width }) => width)).toEqual([100, 400])
  })

  it('equals the picture of a reduction of its own', async () => {
    const [first] = await images.reduceAll(sourceOf(original), [small, large], {
      owner: 'alice',
      onFirst: () => undefined,
    })
    expect(first).toEqual(await images.reduce(sourceOf(original), small.box, small.mediaType, 'alice'))
  })

  it('does not arrive when the original is damaged', async () => {
    const arrived: ReducedImage[] = []
    const order = { owner: 'alice', onFirst: (picture: ReducedImage) => void arrived.push(picture) }
    const damaged = sourceOf(original.subarray(0, original.length / 2))
    await expect(images.reduceAll(damaged, [small, large], order)).rejects.toMatchObject({
      code: 'photo_unreadable',
    })
    expect(arrived).toEqual([])
  })
})

describe('a single picture', () => {
  it('fills the long side of its box even if the short side is rounded', async () => {
    const photo = sourceOf(new Uint8Array(await noise(180, 120).jpeg().toBuffer()))
    const { width, height } = await images.reduce(photo, { width: 128, height: 128 }, 'image/jpeg', 'alice')
    expect([width, height]).toEqual([128, 85])
  })
})
