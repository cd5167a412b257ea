import { describe, expect, it } from 'vitest'
import { watermarkField, watermarkPositions } from '../../src/contract/blocks/watermark.ts'
import type { Fault } from '../../src/contract/lenient.ts'

function read(value: unknown) {
  const faults: Fault[] = []
  const settings = watermarkField.read(value, 'content.watermark', faults)
  return { settings, faults: faults.map(({ path, consequence }) => `${path}: ${consequence}`) }
}

const usual = { text: undefined, image: undefined, position: 'bottom-right', opacity: 0.5, size: 0.2 }

describe('the block content.watermark', () => {
  it.each([undefined, null, '', '  ', false, {}])('reads no watermark from %j', (value) => {
    expect(read(value)).toEqual({ settings: usual, faults: [] })
  })

  it('reads a text in place of the block', () => {
    expect(read('© Alice')).toEqual({ settings: { ...usual, text: '© Alice' }, faults: [] })
    expect(read({ text: 2026 }).settings).toEqual({ ...usual, text: '2026' })
  })

  it.each([
    ['Bottom_Right', 'bottom-right'],
    [' bottom right ', 'bottom-right'],
    ['BOTTOMRIGHT', 'bottom-right'],
    ['right-bottom', 'bottom-right'],
    ['top left', 'top-left'],
    ['centre', 'center'],
    ['Middle', 'center'],
    ['center-left', 'left'],
    ['bottom centre', 'bottom'],
    ...watermarkPositions.map((position) => [position, position] as const),
  ] as const)('reads the position %j as %s', (position, expected) => {
    expect(read({ position })).toEqual({ settings: { ...usual, position: expected }, faults: [] })
  })

  it.each([
    [{ opacity: '70%' }, { opacity: 0.7 }],
    [{ opacity: 70 }, { opacity: 0.7 }],
    [{ opacity: '0.25' }, { opacity: 0.25 }],
    [{ opacity: 0 }, { opacity: 0 }],
    [{ opacity: 1 }, { opacity: 1 }],
    [{ size: 30 }, { size: 0.3 }],
    [{ size: ' Large ' }, { size: 0.35 }],
    [{ size: 'small' }, { size: 0.12 }],
    [{ size: 1 }, { size: 1 }],
    [{ size: '2 %' }, { size: 0.02 }],
  ])('reads %j', (value, expected) => {
    expect(read(value)).toEqual({ settings: { ...usual, ...expected }, faults: [] })
  })

  it.each([
    { opacity: -1 },
    { opacity: 101 },
    { opacity: 'half' },
    { size: 0.01 },
    { size: 0 },
    { size: 'huge' },
    { size: Number.NaN },
    { position: 'north' },
    { position: 3 },
    { position: 'x'.repeat(1000) },
  ])('uses the default for %j and says so', (value) => {
    const [key] = Object.keys(value)
    expect(read(value)).toEqual({ settings: usual, faults: [`content.watermark.${key}: its default counts`] })
  })

  it.each([{ text: ['©'] }, { image: {} }, true, ['© Alice']])(
    'lets no picture leave without the mark for %j, which was meant as a watermark',
    (value) => {
      const { settings, faults } = read(value)
      expect([settings.text ?? settings.image]).toEqual(['\u{fffd}'])
      expect(faults).toEqual([expect.stringMatching(/no picture leaves until it is corrected$/)])
    },
  )
})
