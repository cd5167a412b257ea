import { expect, it } from 'vitest'
import { parseJson } from '../../src/base/json.ts'

it('parses JSON of every type', () => {
  expect(parseJson(' {"a":[1,"b",null]} ')).toEqual({ a: [1, 'b', null] })
  expect(parseJson('null')).toBeNull()
  expect(parseJson('""')).toBe('')
})

it('returns undefined for a text that is not JSON', () => {
  for (const text of ['', '{', '{"a":1} {', 'undefined', "{'a': 1}", '\ufeff{}'])
    expect(parseJson(text)).toBeUndefined()
})

it('parses or refuses deeply nested text without throwing', () => {
  expect(parseJson('['.repeat(200_000))).toBeUndefined()
  expect(Array.isArray(parseJson('['.repeat(200_000) + ']'.repeat(200_000)))).toBe(true)
})
