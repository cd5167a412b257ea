import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import {
  type Appearance,
  appearanceField,
  coloursOf,
  contrast,
  ownColours,
  themes,
} from '../../src/contract/appearance.ts'
import { parseRuntimeAnswer } from '../../src/contract/runtime-answer.ts'

const read = (appearance: object): Appearance => appearanceField.read(appearance, 'appearance', [])
const colours = (appearance: object) => coloursOf(read(appearance))
const own = coloursOf({})

describe('the appearance', () => {
  it.each([
    ['an accent that is no colour', { accent_color: 'red; } body { display: none' }],
    ['an accent of another notation', { accent_color: 'rgb(1 2 3)' }],
    ['a number', { accent_color: 0xffffff, background_color: 7, title: 7 }],
    ['a list in its place', []],
    ['text in its place', 'dark'],
    ['a title of nothing', { title: ' \u200b\n ' }],
    ['a title as long as a novel', { title: 'x'.repeat(61) }],
  ])('ignores %s', (_, appearance) => {
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

  it('keeps what is right beside what is wrong', () => {
    expect(read({ title: 'Mine', accent_color: '#FA0', background_color: 'night' })).toEqual({
      title: 'Mine',
      accent_color: '#ffaa00',
      background_color: undefined,
    })
  })

  it('takes from a title what could disguise its surroundings', () => {
    expect(read({ title: ' A\u202eb\u2028c\td ' })).toEqual({ title: 'A b c d' })
  })

  it.each([
    ['a pale accent', { accent_color: '#ffd9a0' }, { dark: { accent: '#ffd9a0' }, light: own.light }],
    ['a deep accent', { accent_color: '#5a1e00' }, { dark: own.dark, light: { accent: '#5a1e00' } }],
    ['a dark ground', { background_color: '#001018' }, { dark: { background: '#001018' }, light: own.light }],
    ['a light ground', { background_color: '#fff' }, { dark: own.dark, light: { background: '#ffffff' } }],
    ['a ground on which nothing can be read', { background_color: '#808080' }, own],
  ])('uses %s only in the theme where it can be read', (_, appearance, expected) => {
    expect(colours(appearance)).toMatchObject(expected)
  })

  it('leaves every text readable, whatever it is given', () => {
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

  it('knows the page’s own colours', async () => {
    const css = await readFile(new URL('../../src/ui/tokens.css', import.meta.url), 'utf8')
    for (const name of ['background', 'raised', 'text', 'muted', 'accent'] as const) {
      expect(css).toContain(`--${name}: light-dark(${ownColours.light[name]}, ${ownColours.dark[name]});`)
    }
  })
})
