import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { commandsOf } from '../support/fixtures/orchestrator-commands.ts'

const canary = 'canary-value'

async function folder(): Promise<string> {
  const created = await mkdtemp(join(tmpdir(), 'publisher-hostile-'))
  onTestFinished(() => rm(created, { recursive: true, force: true }))
  return created
}

/** A fleet with the tenant alice. `state` is all that a document could change. */
async function fleet() {
  const directory = await folder()
  const run = commandsOf({ ORCHESTRATOR_DATA_DIR: directory })
  const config = 'storage: {provider: local, paths: {root: /x}}'
  await run(['tenant', 'create', 'alice', '--host', 'alice.test.example', '--config', '-'], config)
  const state = async () => {
    const parts = [
      ['tenant', 'list'],
      ['history', 'alice'],
      ['credentials', 'list', 'alice'],
      ['audit', 'verify'],
    ]
    const printed: string[] = []
    for (const args of parts) printed.push((await run(args)).out)
    return printed
  }
  return { directory, run, state }
}

/** Nine levels of nine aliases each: a billion texts. */
const bomb = Array.from({ length: 9 }, (_, level) => {
  const entries = Array(9).fill(level === 0 ? canary : `*level${level - 1}`)
  return `key${level}: &level${level} [${entries.join(', ')}]`
}).join('\n')

const storage = '"storage":{"provider":"local","paths":{"root":"/x"}}'
const nested = (depth: number) => `{${storage},"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`

const documents: [string, string | Uint8Array, string][] = [
  ['a bomb of aliases', bomb, 'this is neither YAML nor JSON'],
  [
    'aliases of a long text',
    `a: &a "${'x'.repeat(50_000)}"\nb: [${Array(90).fill('*a').join()}]`,
    'larger than 1 MB',
  ],
  ['lists in 400,000 levels', nested(400_000), 'nested deeper than 32 levels'],
  ['a block list in 2,000 levels', '- '.repeat(2000), 'this is neither YAML nor JSON'],
  ['lists in 40 levels', nested(40), 'nested deeper than 32 levels'],
  ['the key __proto__', `{${storage},"__proto__":{"suspended":true}}`, 'the key __proto__ is not allowed'],
  ['the key __proto__ in YAML', `features: {__proto__: {publish_enabled: true}}`, '__proto__ is not allowed'],
  ['a duplicate key', `{${storage},"ai":{},"ai":{"x":"${canary}"}}`, 'a key stands twice in a block'],
  ['a number that JSON cannot hold', `{${storage},"x":.inf}`, 'JSON cannot hold one of the numbers'],
  ['more than 1 MB', `{${storage},"x":"${'x'.repeat(1_000_000)}"}`, 'larger than 1 MB'],
  ['invalid UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), 'is not UTF-8'],
  ['no object', `"${canary}"`, 'expected record'],
  ['a list', '[]', 'expected record'],
  ['nothing', '', 'expected record'],
  ['two documents', 'a: 1\n---\nb: 2', 'MULTIPLE_DOCS'],
  ['an unknown anchor', `a: *nowhere`, 'this is neither YAML nor JSON'],
]

describe('a document for a command', () => {
  it.each(documents)(
    'changes nothing and gets an explained refusal when it holds %s',
    async (_name, text, words) => {
      const { run, state } = await fleet()
      const before = await state()
      for (const args of [
        ['config', 'publish', 'alice', '-', '--force'],
        ['credentials', 'put', 'alice', 'ref'],
        ['tenant', 'create', 'bob', '--host', 'bob.test.example', '--config', '-'],
      ]) {
        const { code, out, said } = await run(args, text)
        expect([1, 2]).toContain(code)
        expect(said).toContain(words)
        expect(said.length).toBeLessThan(300)
        expect(out + said).not.toContain(canary)
      }
      expect(await state()).toEqual(before)
    },
  )

  it.each(['constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'keeps the unknown key %s as data',
    async (key) => {
      const { run } = await fleet()
      const published = await run(['config', 'publish', 'alice', '-'], `{${storage},"${key}":{"a":1}}`)
      expect(published).toMatchObject({ code: 0 })
      expect(published.said).toContain(`${key} is not known`)
      expect(JSON.parse((await run(['config', 'show', 'alice'])).out).sent[key]).toEqual({ a: 1 })
    },
  )

  it('comes from a file, and gets an explained refusal when the file is missing', async () => {
    const { directory, run } = await fleet()
    const file = join(directory, 'config.yaml')
    await writeFile(file, `# a comment\nstorage: {provider: local, paths: {root: /y}}\n`)
    expect(await run(['config', 'publish', 'alice', file])).toMatchObject({ code: 0 })
    const missing = await run(['config', 'publish', 'alice', join(directory, 'missing.yaml')])
    expect(missing).toMatchObject({ code: 2 })
    expect(missing.said).toContain('missing.yaml cannot be read (ENOENT)')
    expect(await run(['config', 'publish', 'alice', directory])).toMatchObject({ code: 2 })
  })
})

describe('an argument of a command', () => {
  it.each([
    ['tenant', 'create', "x'; drop table tenant; --", '--host', 'x.test.example'],
    ['tenant', 'create', 'Alice', '--host', 'x.test.example'],
    ['tenant', 'create', 'x'.repeat(64), '--host', 'x.test.example'],
    ['tenant', 'create', 'x', '--host', 'localhost'],
    ['tenant', 'create', 'x', '--host', 'x.test.example:80'],
    ['tenant', 'create', 'x', '--host', `${'x.'.repeat(200)}example`],
    ['tenant', 'create', 'x', ...Array(51).fill(['--host', 'x.test.example']).flat()],
    ['tenant', 'set', 'alice'],
    ['tenant', 'set', 'alice', '--ttl', '86401'],
    ['tenant', 'set', 'alice', '--ttl', '1e3'],
    ['tenant', 'set', 'alice', '--ai-budget', '-1'],
    ['tenant', 'set', 'alice', '--suspend', '--resume'],
    ['tenant', 'set', 'alice', '--in-credit', '--out-of-credit'],
    ['credentials', 'put', 'alice', ''],
    ['credentials', 'put', 'alice', 'a\u0000b'],
    ['credentials', 'delete', 'alice', 'x'.repeat(501)],
    ['rollback', 'alice', 'latest'],
    ['config', 'publish', 'alice', '-', '--expect', 'latest'],
    ['config', 'publish', 'alice', '-', '--note', 'a\nb'],
    ['config', 'publish', 'alice', '-', '--note', 'x'.repeat(501)],
    ['config', 'diff', 'alice'],
    ['config', 'set', '--path', 'x', '--value', '1'],
    ['config', 'set', '--path', 'x', '--value', '1', '--all', '--tenants', 'alice'],
    ['config', 'set', '--path', 'x', '--value', '1', '--tenants', 'alice,;'],
    ['usage', 'alice', '--month', "2026-12' or 1=1"],
  ])('gets exit code 2 and an explanation when it is malformed: %s %s %s', async (...args) => {
    const { run, state } = await fleet()
    const before = await state()
    const { code, said } = await run(args, `{${storage}}`)
    expect({ code, isExplained: said.length > 20 && said.length < 400 }).toEqual({
      code: 2,
      isExplained: true,
    })
    expect(await state()).toEqual(before)
  })
})
