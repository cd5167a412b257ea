/** Follows the guides to adding a provider, to the letter, in a copy of the tree. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const project = join(import.meta.dirname, '../..')
const run = promisify(execFile)
const pages = ['docs/adding-a-provider.md', 'docs/adding-a-publisher.md']
/** Parts of the tree that the new files need. */
const copied = ['src', 'dev', 'test/support', 'package.json', 'tsconfig.json']

let tree: string
const files: string[] = []

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'adding-a-provider-'))
  for (const path of copied) await cp(join(project, path), join(tree, path), { recursive: true })
  await symlink(join(project, 'node_modules'), join(tree, 'node_modules'))
  for (const page of pages) {
    const text = await readFile(join(project, page), 'utf8')
    for (const addition of additionsOf(text)) await add(addition)
    for (const block of blocksOf(text)) files.push(await follow(block))
  }
})

afterAll(() => rm(tree, { recursive: true, force: true }))

interface Block {
  path: string
  code: string
}

interface Addition {
  name: string
  list: string
  path: string
}

/** Finds the sentences that add a name to a list: an array of names, or a table of entries. */
function additionsOf(text: string): Addition[] {
  return [...text.matchAll(/Add `(\w+)` to `(\w+)` in `(\S+)`/g)].map(
    ([, name = '', list = '', path = '']) => ({ name, list, path }),
  )
}

async function add({ name, list, path }: Addition): Promise<void> {
  const target = join(tree, path)
  const old = await readFile(target, 'utf8')
  const opening = `export const ${list} = `
  const changed = old
    .replace(`${opening}[`, `${opening}['${name}', `)
    .replace(`${opening}{`, `${opening}{ ${name},`)
  if (changed === old) throw new TypeError(`There is no list ${list} in ${path}`)
  await writeFile(target, changed)
}

/** Finds the code blocks whose first line names a file. */
function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```$/gms)].map(([, path = '', code = '']) => ({
    path,
    code,
  }))
}

/** Writes a new file, or adds an entry to a registry. Gives its path. */
async function follow({ path, code }: Block): Promise<string> {
  const target = join(tree, path)
  const existing = await readFile(target, 'utf8').catch(() => null)
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, existing === null ? code : withEntry(existing, code))
  return target
}

function withEntry(registry: string, block: string): string {
  const [imports = '', entry = ''] = block.split(/\n\n(?=const )/)
  const first = registry.search(/^const \w+ = \w+Driver\(/m)
  if (first === -1 || entry === '') throw new TypeError('There is no entry, or no registry for it')
  return `${imports}\n${registry.slice(0, first)}${entry}\n${registry.slice(first)}`
}

/** Runs a program of this project in the copy and gives its output, even if it fails. */
async function outputOf(...parameters: string[]): Promise<string> {
  const running = run(process.execPath, parameters, { cwd: tree, env: { ...process.env, NO_COLOR: '1' } })
  const { stdout, stderr } = await running.catch((error: { stdout: string; stderr: string }) => error)
  return stdout + stderr
}

describe('the guides to adding a provider', () => {
  it('shows the file, the entry and the test of each provider', () => {
    expect(files.map((path) => path.slice(tree.length + 1))).toEqual([
      'src/providers/storage/memory.ts',
      'src/providers/storages.ts',
      'test/providers/storage/memory.test.ts',
      'src/providers/kv/map.ts',
      'src/providers/kv-stores.ts',
      'test/providers/kv/map.test.ts',
      'src/providers/publishers/pixelfed.ts',
      'src/providers/publishers.ts',
      'test/providers/publishers/pixelfed.test.ts',
    ])
  })

  it('adds each name to the contract and to its registry', async () => {
    const texts = await Promise.all(pages.map((page) => readFile(join(project, page), 'utf8')))
    expect(texts.flatMap(additionsOf).map(({ name, list }) => `${name} in ${list}`)).toEqual([
      'memory in storageProviders',
      'memory in storages',
      'map in keyValueStores',
      'pixelfed in platforms',
      'pixelfed in publishers',
    ])
  })

  it('contains code that compiles', async () => {
    const config = { extends: './tsconfig.json', include: [], files }
    await writeFile(join(tree, 'tsconfig.new.json'), JSON.stringify(config))
    expect(await outputOf('node_modules/typescript/bin/tsc', '-p', 'tsconfig.new.json')).toBe('')
  }, 120_000)

  it('contains tests that pass the contract suites', async () => {
    await writeFile(
      join(tree, 'vitest.config.ts'),
      "export default { test: { include: ['test/providers/**/*.test.ts'], testTimeout: 60_000 } }",
    )
    const output = await outputOf('node_modules/vitest/vitest.mjs', 'run', '--reporter=dot')
    expect(output).toMatch(/Test Files\s+3 passed \(3\)/)
    expect(output).toMatch(/Tests\s+\d{2,} passed \(\d+\)/)
  }, 120_000)
})
