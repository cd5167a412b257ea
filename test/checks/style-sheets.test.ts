import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Rule, transform } from 'lightningcss'
import { describe, expect, it } from 'vitest'
import { messageStyle } from '../../src/handlers/message-style.ts'

interface Sheet {
  path: string
  css: string
}

/** Returns the faults in the style sheets of one page, as `path:line fault`. */
function faultsOf(sheets: readonly Sheet[], layers: readonly string[]): string[] {
  const faults: string[] = []
  const firstPlaces = new Map<string, string>()
  for (const { path, css } of sheets) {
    /** Layers and conditions around the rule that is visited. */
    const around: string[] = []
    const visit = (rule: Rule) => {
      const place = `${path}:${lineOf(rule)}`
      if (around.length === 0 && !rule.type.startsWith('layer-')) faults.push(`${place} outside of a layer`)
      if (rule.type === 'layer-block' && !layers.includes(rule.value.name?.join('.') ?? ''))
        faults.push(`${place} unknown layer`)
      if (rule.type === 'style') {
        const { importantDeclarations = [] } = rule.value.declarations ?? {}
        if (importantDeclarations.length > 0) faults.push(`${place} !important`)
        for (const selector of rule.value.selectors) {
          const key = JSON.stringify([around, selector])
          const first = firstPlaces.get(key)
          if (first) faults.push(`${place} selector as in ${first}`)
          else firstPlaces.set(key, place)
        }
      }
      around.push(contextOf(rule))
    }
    const leave = () => void around.pop()
    transform({
      filename: path,
      code: new TextEncoder().encode(css),
      visitor: { Rule: visit, RuleExit: leave },
    })
  }
  return faults
}

function lineOf(rule: Rule): number {
  return 'value' in rule && rule.value && 'loc' in rule.value ? rule.value.loc.line + 1 : 0
}

/** Returns equal texts for rules whose contents apply under the same conditions. */
function contextOf(rule: Rule): string {
  if (rule.type === 'layer-block') return JSON.stringify(rule.value.name)
  if (rule.type === 'media') return JSON.stringify(rule.value.query)
  if (rule.type === 'container') return JSON.stringify([rule.value.name, rule.value.condition])
  if (rule.type === 'supports') return JSON.stringify(rule.value.condition)
  if (rule.type === 'style') return JSON.stringify(rule.value.selectors)
  return rule.type
}

const folder = fileURLToPath(new URL('../../src/ui', import.meta.url))
const read = (path: string) => readFileSync(`${folder}/${path}`, 'utf8')
const sheets = globSync('**/*.css', { cwd: folder }).map((path) => ({ path, css: read(path) }))
const layers = /^@layer ([\w, ]+);$/m.exec(read('tokens.css'))?.[1]?.split(', ') ?? []

describe('the check of style sheets', () => {
  const planted = (css: string) => faultsOf([{ path: 'planted.css', css }], ['a', 'b'])

  it.each([
    ['a rule lies outside of a layer', '.x { top: 0 }', ['planted.css:1 outside of a layer']],
    [
      'a media query lies outside of a layer',
      '@media print {\n@layer a { .x { top: 0 } } }',
      ['planted.css:1 outside of a layer'],
    ],
    ['a layer is not declared', '@layer c { .x { top: 0 } }', ['planted.css:1 unknown layer']],
    ['a layer has no name', '@layer { .x { top: 0 } }', ['planted.css:1 unknown layer']],
    [
      'a selector occurs twice',
      '@layer a {\n.x { top: 0 }\n.x { left: 0 } }',
      ['planted.css:3 selector as in planted.css:2'],
    ],
    [
      'a selector occurs in a list too',
      '@layer a {\n.x, .y { top: 0 }\n.x { left: 0 } }',
      ['planted.css:3 selector as in planted.css:2'],
    ],
    [
      'a selector occurs twice for the same media',
      '@layer a {\n@media print { .x { top: 0 } }\n@media print { .x { left: 0 } } }',
      ['planted.css:3 selector as in planted.css:2'],
    ],
    ['a declaration is important', '@layer a { .x { top: 0 !important } }', ['planted.css:1 !important']],
  ])('refuses a sheet when %s', (_title, css, faults) => {
    expect(planted(css)).toEqual(faults)
  })

  it('refuses a selector when another sheet has it in the same layer', () => {
    const css = '@layer a { .x { top: 0 } }'
    const both = [
      { path: 'one.css', css },
      { path: 'two.css', css },
    ]
    expect(faultsOf(both, ['a'])).toEqual(['two.css:1 selector as in one.css:1'])
  })

  it('accepts a selector again when it lies in another layer or media query', () => {
    const css = '@layer a { .x { top: 0 } @media print { .x { top: 0 } } } @layer b { .x { top: 0 } }'
    expect(planted(css)).toEqual([])
  })
})

describe('the style sheets of the page', () => {
  it('keeps all rules in declared layers, and repeats no selector', () => {
    expect(sheets.length).toBeGreaterThan(30)
    expect(faultsOf(sheets, layers)).toEqual([])
  })

  it('defines all colours of the message pages', () => {
    const own = read('tokens.css')
    const colours = messageStyle.match(/light-dark\([^)]+\)/g) ?? []
    expect(colours).toContain('light-dark(#8f5200, #f0b46a)')
    for (const colour of colours) expect(own).toContain(colour)
  })
})
