import { describe, expect, it } from 'vitest'
import { recordFile } from '../../src/ports/record-key.ts'

describe('the key of a record', () => {
  it('names a file by its segments', () => {
    expect(recordFile(['ledger', 'a-b_c.1.json'])).toBe('ledger/a-b_c.1.json')
  })

  it.each([
    ['has no segment', []],
    ['leads upwards', ['ledger', '..', 'x']],
    ['begins with a dot', ['.hidden']],
    ['holds a slash', ['a/b']],
    ['holds an empty segment', ['a', '']],
    ['has a segment of 201 characters', ['x'.repeat(201)]],
  ])('is refused when it %s', (_, key) => {
    expect(() => recordFile(key)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })
})
