import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { growthOf, repeated } from './growth.ts'
import { type ForeignText, foreignTexts } from './work-on-foreign-text.ts'

/** Pieces that patterns and parsers look for, so that random texts reach more of their branches. */
const pieces = [
  ...' \t\n\r\0aZ09.,:;-_/\\|@#&%=+*?!"\'`<>()[]{}~^$',
  'é',
  '写',
  '🌅',
  '\u200d',
  '\u0301',
  '\u2028',
  '```',
  'eyJ',
  'sk-',
  'bot1',
  '# ',
  '://',
  '<a',
  '</',
  '&#',
  '%2',
]

async function expectLinear({ work }: ForeignText, unit: string, before = '', after = ''): Promise<void> {
  await expectGrowth(work, repeated(unit, before, after), JSON.stringify([before, unit, after]))
}

async function expectGrowth(work: ForeignText['work'], shape: (length: number) => string, name: string) {
  const growth = await growthOf(work, shape)
  expect(growth.ratio, `${name}: ${growth.shortMs} ms, then ${growth.longMs} ms`).toBeLessThan(6)
}

describe.each(foreignTexts)('$what', (foreign) => {
  it('takes time at most linear in the text for hostile shapes', async () => {
    for (const shape of foreign.shapes) await expectGrowth(foreign.work, shape, JSON.stringify(shape(40)))
  })

  it('takes time at most linear in the text when any piece repeats', async () => {
    const piece = fc.array(fc.constantFrom(...pieces), { maxLength: 3 }).map((found) => found.join(''))
    const unit = piece.filter((text) => text !== '')
    await fc.assert(
      fc.asyncProperty(unit, piece, piece, (...parts) => expectLinear(foreign, ...parts)),
      { numRuns: 12 },
    )
  })
})
