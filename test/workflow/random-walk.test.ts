import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PhotoName, parsePhotoName } from '../../src/ports/photo.ts'
import { nextStep } from '../../src/workflow/random-walk.ts'

const named = (count: number): PhotoName[] =>
  Array.from({ length: count }, (_, index) => parsePhotoName(`${index}.jpg`))

function walk(names: readonly PhotoName[], steps: number, start?: string) {
  const shown: PhotoName[] = []
  let position = start
  for (let step = 0; step < steps; step++) {
    const next = nextStep(names, position)
    if (!next) break
    shown.push(next.name)
    position = next.position
  }
  return { shown, position }
}

describe('the random walk', () => {
  it('shows every photo once before any photo repeats, for any number of photos', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (count) => {
        const names = named(count)
        expect(new Set(walk(names, count).shown)).toEqual(new Set(names))
      }),
    )
  })

  it('does not begin a new round with the photo that ended the last round', () => {
    for (let run = 0; run < 200; run++) {
      const { shown } = walk(named(3), 4)
      expect(shown[3]).not.toBe(shown[2])
    }
  })

  it('has a different order in each walk', () => {
    const orders = new Set(Array.from({ length: 20 }, () => walk(named(10), 10).shown.join()))
    expect(orders.size).toBeGreaterThan(15)
  })

  it('continues when photos come and go between two steps', () => {
    const names = named(20)
    const { shown, position } = walk(names, 10)
    const remaining = names.filter((name) => !shown.includes(name))
    const rest = walk(remaining, 10, position)
    expect(new Set(rest.shown)).toEqual(new Set(remaining))
  })

  it('returns nothing without photos', () => {
    expect(nextStep([], undefined)).toBeNull()
  })

  it('starts a new walk from any position that it did not write', () => {
    fc.assert(
      fc.property(fc.string(), (position) => {
        expect(named(5)).toContain(nextStep(named(5), position)?.name)
      }),
    )
  })

  it('puts no photo name into the position', () => {
    const [only] = [parsePhotoName('secret-wedding.jpg')]
    expect(nextStep(only ? [only] : [], undefined)?.position).toMatch(/^[0-9a-f]{8}\.[0-9a-f]{16}$/)
  })
})
