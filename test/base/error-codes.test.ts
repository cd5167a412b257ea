import { expect, it } from 'vitest'
import { errorKinds } from '../../src/base/error-codes.ts'

const kinds = Object.entries(errorKinds)

it('writes every code in snake_case, as clients and URL fragments expect', () => {
  expect(kinds.map(([code]) => code).filter((code) => !/^[a-z]+(_[a-z]+)*$/.test(code))).toEqual([])
})

it('gives every code an error status, a title and an explanation of at most three sentences', () => {
  const wrong = kinds.filter(([, { status, title, explanation }]) => {
    const sentences = explanation.split(/(?<=\.) /)
    const isLong = sentences.length > 3 || sentences.some((sentence) => sentence.split(' ').length > 25)
    return (
      status < 400 || status > 599 || !/^[A-Z].*[^.]$/.test(title) || !explanation.endsWith('.') || isLong
    )
  })
  expect(wrong).toEqual([])
})
