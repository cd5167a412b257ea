import { ESLint } from 'eslint'
import { describe, expect, it } from 'vitest'

const eslint = new ESLint()

/** Returns the rules that `npm run check:lint` finds broken in this source. */
async function broken(source: string, filePath: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(source, { filePath })
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message)
}

describe('the check of regular expressions', () => {
  it.each([
    ['starts anew at each character of a run', String.raw`/\s+$/`],
    ['matches one run in many ways', '/^(a+)+$/'],
    ['lets two quantifiers share characters', String.raw`/^\s*\n([^]*?)\n\s*$/`],
    ['starts anew at each beginning of a token', String.raw`/\beyJ[\w-]{5,}\.[\w-]{5,}/`],
    ['looks for an address in a word', String.raw`/[^\s<>]+@[^\s<>]+/g`],
  ])('refuses a pattern when it %s', async (_title, pattern) => {
    for (const filePath of ['src/runtime/planted.ts', 'orchestrator/planted.ts', 'scripts/planted.mjs']) {
      const source = filePath.endsWith('.ts')
        ? `export const planted: RegExp = ${pattern}\n`
        : `export const planted = ${pattern}\n`
      expect(await broken(source, filePath), filePath).not.toEqual([])
    }
  })

  it('refuses a pattern that is built from strings', async () => {
    const source = "const one = 'a'\nexport const planted = new RegExp(one + '+b', 'u')\n"
    expect(await broken(source, 'src/planted.ts')).toEqual(['regexp/no-super-linear-move'])
  })

  it('refuses a pattern in a component', async () => {
    const source = String.raw`export const Planted = ({ text }: { text: string }) => <p>{text.replace(/\s+$/, '')}</p>`
    expect(await broken(source, 'src/ui/planted.tsx')).not.toEqual([])
  })

  it('accepts patterns that take linear time', async () => {
    const source = String.raw`
      export const isFine = (text: string): boolean => /^a+$/.test(text) || /a+b/y.test(text)
      export const cut = (text: string): string => text.replace(/[\w.-]{13,}/g, '').replace(/\.[^.]+$/, '')
    `
    expect(await broken(source, 'src/planted.ts')).toEqual([])
  })
})
