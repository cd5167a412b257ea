import { ESLint } from 'eslint'
import { describe, expect, it } from 'vitest'

const eslint = new ESLint({ overrideConfigFile: 'eslint.size.config.mjs' })

/** Returns the rules that `npm run check:size` finds broken in this source. */
async function broken(source: string, filePath: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(source, { filePath })
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message)
}

const lines = (count: number, line: string) => `${line}\n`.repeat(count)
/** A component whose lines are types, comments and markup. */
const component = (count: number) =>
  `export function Planted({ a }: { a: string }) {\n${lines(count - 5, '  // a line')}  type B = string\n  const b = a as B\n  return <p>{b}</p>\n}\n`

const files = ['src/planted.ts', 'orchestrator/planted.ts', 'soak/planted.ts', 'scripts/planted.mjs']

describe('the check of sizes', () => {
  it.each(files)('refuses a file over 300 lines in %s', async (file) => {
    expect(await broken(lines(300, '// a line').trimEnd(), file)).toEqual([])
    expect(await broken(lines(301, '// a line').trimEnd(), file)).toEqual(['max-lines'])
  })

  it.each(files)('refuses a function over 80 lines in %s', async (file) => {
    const source = (count: number) =>
      `export const planted = () => {\n${lines(count - 2, '\n').slice(0, count - 2)}}\n`
    expect(await broken(source(80), file)).toEqual([])
    expect(await broken(source(81), file)).toEqual(['max-lines-per-function'])
  })

  it('counts types, comments and markup in components', async () => {
    expect(await broken(component(80), 'src/ui/planted.tsx')).toEqual([])
    expect(await broken(component(81), 'src/ui/planted.tsx')).toEqual(['max-lines-per-function'])
  })

  it('accepts a long function when a comment says why', async () => {
    const disabled = (reason: string) =>
      `// eslint-disable-next-line max-lines-per-function${reason}\n${component(90)}`
    expect(await broken(disabled(' -- one table of routes'), 'src/ui/planted.tsx')).toEqual([])
    expect(await broken(disabled(''), 'src/ui/planted.tsx')).toEqual(['ours/reasoned-disable'])
  })

  it('refuses a disable comment that nothing needs', async () => {
    const source = `/* eslint-disable max-lines -- it was long once */\n${component(10)}`
    expect(await broken(source, 'src/ui/planted.tsx')).toHaveLength(1)
  })
})
