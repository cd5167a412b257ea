import { describe, expect, it } from 'vitest'
import { recordFile } from '../../src/ports/record-key.ts'

describe('the key of a record', () => {
  it('joins the segments of a key to a file name', () => {
    expect(recordFile(['ledger', 'a-b_c.1.json'])).toBe('ledger/a-b_c.1.json')
  })

  it.each([
    ['has no segment', []],
    ['leads upwards', ['ledger', '..', 'x']],
    ['begins with a dot', ['.hidden']],
    ['holds a slash', ['a/b']],
    ['holds an empty segment', ['a', '']],
    ['has a segment of 201 characters', ['x'.repeat(201)]],
  ])('refuses a key that %s', (_, key) => {
    expect(() => recordFile(key)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })
})
