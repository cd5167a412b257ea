import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../orchestrator/contract/canonical.ts'
import { difference, differenceText } from '../../orchestrator/registry/difference.ts'

const changesOf = (before: unknown, after: unknown) => difference(before, after).changes

describe('a difference of configurations', () => {
  it('names added, removed and changed members', () => {
    const found = difference(
      { features: { a: true, b: 1 }, old: 'x' },
      { features: { a: false, b: 1 }, fresh: { y: [1] } },
    )
    expect(found).toEqual({
      changes: [
        { path: 'features.a', before: true, after: false },
        { path: 'old', before: 'x' },
        { path: 'fresh', after: { y: [1] } },
      ],
      more: 0,
    })
    expect(differenceText(found)).toBe('~ features.a: true -> false\n- old: "x"\n+ fresh: {"y":[1]}')
  })

  it('compares publishers by their id', () => {
    const [a, b] = [
      { id: 'a', type: 'telegram' },
      { id: 'b', type: 'bluesky', enabled: true },
    ]
    expect(changesOf({ publishers: [a, b] }, { publishers: [{ ...b, enabled: false }] })).toEqual([
      { path: 'publishers.a', before: a },
      { path: 'publishers.b.enabled', before: true, after: false },
    ])
  })

  it('reports a changed order of publishers, whose first of a platform is special', () => {
    const [a, b] = [{ id: '2' }, { id: '1' }]
    expect(changesOf({ publishers: [a, b] }, { publishers: [b, a] })).toEqual([
      { path: 'publishers (order)', before: ['2', '1'], after: ['1', '2'] },
    ])
  })

  it('compares publishers as a whole when two share an id', () => {
    const before = { publishers: [{ id: 'a' }, { id: 'a' }] }
    expect(changesOf(before, { publishers: [{ id: 'a' }] })).toEqual([
      { path: 'publishers', before: before.publishers, after: [{ id: 'a' }] },
    ])
  })

  it('bounds its number of changes and the length of values', () => {
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`key${index}`, index]))
    const { changes, more } = difference({}, { ...many, long: 'x'.repeat(5000) })
    expect([changes.length, more]).toEqual([500, 101])
    const [long] = changesOf({}, { long: 'x'.repeat(5000) })
    expect(String(long?.after)).toHaveLength(1001)
  })

  it('returns no change when both have the same content, and otherwise at least one change', () => {
    const members = fc.dictionary(
      fc.constantFrom('a', 'b', 'publishers', '__proto__'),
      fc.jsonValue({ maxDepth: 3 }),
    )
    fc.assert(
      fc.property(members, members, (one, other) => {
        const isSame = canonicalJson(one) === canonicalJson(other)
        expect(changesOf(one, other).length === 0).toBe(isSame)
        expect(changesOf(one, one)).toEqual([])
      }),
    )
  })
})
