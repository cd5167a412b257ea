import { ESLint } from 'eslint'
import { describe, expect, it } from 'vitest'

const eslint = new ESLint({ overrideConfigFile: 'eslint.prose.config.mjs' })

/** Returns the rules that `npm run check:prose` finds broken in this text. */
async function broken(text: string, filePath: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath })
  return (result?.messages ?? []).map(({ message }) => /\((\w+)\)/.exec(message)?.[1] ?? message)
}

const words = (count: number) => `Keeps${' word'.repeat(count - 1)}.`
const openings = ['What', 'Who', 'Whether', 'Of', 'By', 'None', 'That', 'How', 'One of']
const indefinite = ['nobody', 'Somebody', 'anybody', 'everybody', 'someone', 'no one', 'whoever', 'whatever']
const pronouns = [
  'Keeps the old one.',
  'Drops ones that expired.',
  'Reads one which is new.',
  'Ends this one, too.',
  'Names the one of this host.',
]
const numbers = [
  'Sends one request.',
  'Keeps one or more hosts.',
  'Takes one of the slots.',
  'Reads one byte.',
]
const citations = [
  'Follows design section 7.',
  'Mends issue 3.',
  'Holds the epic’s form.',
  'See design.md.',
  'Follows section 4.',
]
const sources = [
  'Follows RFC 9110, section 15.',
  'See docs/security.md.',
  'See https://example.org/section 4.',
]
const phrases = [
  'The name you chose is taken.',
  'Your upload now goes on.',
  'We publish it all the same.',
  'Retries by itself in 5 s.',
]

describe('npm run check:prose, in comments', () => {
  const comment = (text: string) => broken(`/** ${text} */\nexport const planted = 1\n`, 'src/planted.ts')

  it.each(openings)('refuses the opening word %s', async (word) => {
    expect(await comment(`${word} a host is.`)).toEqual(['opening'])
    expect(await comment(`Names ${word.toLowerCase()} a host is.`)).toEqual([])
  })

  it.each(indefinite)('refuses the indefinite pronoun %s', async (word) => {
    expect(await comment(`Tells ${word} to wait.`)).toEqual(['pronoun'])
  })

  it.each(pronouns)('refuses the pronoun in: %s', async (text) => {
    expect(await comment(text)).toEqual(['pronoun'])
  })

  it.each(numbers)('accepts the number in: %s', async (text) => {
    expect(await comment(text)).toEqual([])
  })

  it('refuses a sentence of 26 words and accepts 25', async () => {
    expect(await comment(words(25))).toEqual([])
    expect(await comment(`${words(25)} ${words(25)}`)).toEqual([])
    expect(await comment(words(26))).toEqual(['length'])
  })

  it('refuses a second colon or semicolon in a sentence', async () => {
    expect(await comment('Keeps one form: `a: b; c: d`.')).toEqual([])
    expect(await comment('Keeps the host: the tenant owns it; others wait.')).toEqual(['marks'])
  })

  it.each(citations)('refuses a source that readers cannot open: %s', async (text) => {
    expect(await comment(text)).toEqual(['citation'])
  })

  it.each(sources)('accepts a source that readers can open: %s', async (text) => {
    expect(await comment(text)).toEqual([])
  })

  it('refuses a breach that an eslint-disable comment would hide', async () => {
    const source = '/* eslint-disable */\n/** What a host is. */\nexport const planted = 1\n'
    expect(await broken(source, 'src/planted.ts')).toContain('opening')
  })

  it('reads neighbouring line comments as one text', async () => {
    const source = `// ${words(14).slice(0, -1)}\n// ${words(14)}\nexport const planted = 1\n`
    expect(await broken(source, 'src/planted.ts')).toEqual(['length'])
  })

  it('checks each JSDoc tag and skips examples', async () => {
    expect(await comment('Keeps it.\n * @throws {Error} What went wrong.\n * @example whatever()')).toEqual([
      'opening',
    ])
  })

  it.each([
    'src/ui/planted.tsx',
    'orchestrator/planted.ts',
    'dev/planted.ts',
    'test/planted.ts',
    'src/ui/planted.css',
    'vite.config.ts',
  ])('checks comments in %s', async (file) => {
    expect(await broken('/* What a host is. */\n', file)).toEqual(['opening'])
  })
})

describe('npm run check:prose, in test titles', () => {
  const titled = (title: string) => broken(`it(${JSON.stringify(title)}, () => {})\n`, 'test/planted.test.ts')
  const half = [
    'of two editors at once are both kept',
    'is private',
    'a photo is refused',
    'that could not be said',
  ]

  it.each(half)('refuses the half sentence: %s', async (title) => {
    expect(await titled(title)).toEqual(['title'])
  })

  it.each(['keeps both edits', 'does not retry a 403', 'never publishes twice'])(
    'accepts: %s',
    async (title) => {
      expect(await titled(title)).toEqual([])
    },
  )

  it('checks titles of it.each and of template strings', async () => {
    const source = 'it.each([1])(`of two editors`, () => {})\n'
    expect(await broken(source, 'test/planted.test.ts')).toEqual(['title'])
  })

  it.each([
    ['pronoun', 'lets nobody in'],
    ['citation', 'mends issue 3'],
    ['marks', 'keeps a: b; and c: d'],
    ['length', words(26).slice(0, -1).toLowerCase()],
  ])('refuses a breach of the rule %s', async (rule, title) => {
    expect(await titled(title)).toEqual([rule])
  })
})

describe('npm run check:prose, in texts for people', () => {
  const text = (value: string, file: string) =>
    broken(`export const planted = ${JSON.stringify(value)}\n`, file)
  const page = 'src/ui/texts/en/planted.ts'

  it.each(phrases)('refuses on pages and in messages: %s', async (phrase) => {
    expect(await text(phrase, page)).toEqual(['phrase'])
    expect(await text(phrase, 'src/handlers/planted.ts')).toEqual(['phrase'])
  })

  it('refuses indefinite pronouns on pages and in messages', async () => {
    expect(await text('Nobody has this photo yet.', page)).toEqual(['pronoun'])
    expect(await text('Nobody has this photo yet.', 'orchestrator/planted.ts')).toEqual(['pronoun'])
  })

  it('refuses long sentences on pages', async () => {
    expect(await text(words(26), page)).toEqual(['length'])
  })
})

describe('npm run check:prose, in documents', () => {
  const document = (text: string) => broken(text, 'docs/planted.md')
  const table = (cell: string) => `| a | b |\n| --- | --- |\n| ${cell} | b |\n`

  it('refuses a table cell over 160 characters', async () => {
    expect(await document(table(`\`${'a'.repeat(158)}\``))).toEqual([])
    expect(await document(table(`\`${'a'.repeat(159)}\``))).toEqual(['cell'])
  })

  it.each([
    ['pronoun', 'Nobody may look.'],
    ['length', words(26)],
    ['marks', 'Hosts: tenants own them; others wait.'],
    ['citation', 'See issue 3.'],
  ])('refuses a breach of the rule %s in paragraphs, items and cells', async (rule, text) => {
    expect(await document(`${text}\n`)).toEqual([rule])
    expect(await document(`- ${text}\n`)).toEqual([rule])
    expect(await document(table(text))).toEqual([rule])
  })

  it('skips code', async () => {
    expect(await document('```sh\necho whatever; echo: nobody\n```\n\nRun `whatever`.\n')).toEqual([])
  })
})
