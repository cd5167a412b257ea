import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { coloursOf, contrast, ownColours, themes } from '../../src/base/theme-colours.ts'
import { type Appearance, appearanceField } from '../../src/contract/appearance.ts'
import { parseRuntimeAnswer } from '../../src/contract/runtime-answer.ts'

const read = (appearance: object): Appearance => appearanceField.read(appearance, 'appearance', [])
const colours = (appearance: object) => coloursOf(read(appearance))
const own = coloursOf({})

describe('the appearance of a page', () => {
  it.each([
    ['an accent that is not a colour', { accent_color: 'red; } body { display: none' }],
    ['an accent in another notation', { accent_color: 'rgb(1 2 3)' }],
    ['numbers', { accent_color: 0xffffff, background_color: 7, title: 7 }],
    ['a list in place of the block', []],
    ['text in place of the block', 'dark'],
    ['a blank title', { title: ' \u200b\n ' }],
    ['a title of 61 characters', { title: 'x'.repeat(61) }],
  ])('falls back to the default appearance for %s', (_, appearance) => {
    const answer = parseRuntimeAnswer({
      schema_version: 2,
      tenant: 'alice',
      app_type: 'publisher_v2',
      config_version: '1',
      config: { storage: { provider: 'local', paths: { root: '/photos' } }, appearance },
    })
    if (answer === 'other_app_type') throw new Error('unexpected')
    expect(answer.config.appearance.title).toBeUndefined()
    expect(coloursOf(answer.config.appearance)).toEqual(own)
  })

  it('keeps usable fields beside an unusable field', () => {
    expect(read({ title: 'Mine', accent_color: '#FA0', background_color: 'night' })).toEqual({
      title: 'Mine',
      accent_color: '#ffaa00',
      background_color: undefined,
    })
  })

  it('removes control and direction characters from a title', () => {
    expect(read({ title: ' A\u202eb\u2028c\td ' })).toEqual({ title: 'A b c d' })
  })

  it.each([
    ['a pale accent', { accent_color: '#ffd9a0' }, { dark: { accent: '#ffd9a0' }, light: own.light }],
    ['a deep accent', { accent_color: '#5a1e00' }, { dark: own.dark, light: { accent: '#5a1e00' } }],
    [
      'a dark background',
      { background_color: '#001018' },
      { dark: { background: '#001018' }, light: own.light },
    ],
    [
      'a light background',
      { background_color: '#fff' },
      { dark: own.dark, light: { background: '#ffffff' } },
    ],
    ['a mid-grey background', { background_color: '#808080' }, own],
  ])('uses %s only in themes where text stays readable', (_, appearance, expected) => {
    expect(colours(appearance)).toMatchObject(expected)
  })

  it('keeps all text readable for any combination of colours', () => {
    const levels = ['00', '33', '66', '99', 'cc', 'ff']
    const all = levels.flatMap((red) =>
      levels.flatMap((green) => levels.map((blue) => `#${red}${green}${blue}`)),
    )
    for (const accent_color of all) {
      for (const background_color of [undefined, accent_color, '#222222', '#1b1b30', '#dddddd']) {
        const chosen = coloursOf({ accent_color, background_color })
        for (const theme of themes) {
          const { background, accent } = chosen[theme]
          const { text, muted, raised } = ownColours[theme]
          for (const front of [text, muted, accent]) {
            expect(contrast(front, background)).toBeGreaterThanOrEqual(4.5)
            expect(contrast(front, raised)).toBeGreaterThanOrEqual(4.5)
          }
        }
      }
    }
  })

  it('uses the same default colours as the stylesheet', async () => {
    const css = await readFile(new URL('../../src/ui/tokens.css', import.meta.url), 'utf8')
    for (const name of ['background', 'raised', 'text', 'muted', 'accent'] as const) {
      expect(css).toContain(`--${name}: light-dark(${ownColours.light[name]}, ${ownColours.dark[name]});`)
    }
  })
})
