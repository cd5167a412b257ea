/** The pages that show how to add a provider, followed to the letter in a copy of the tree. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const project = join(import.meta.dirname, '../..')
const run = promisify(execFile)
const pages = ['docs/adding-a-provider.md', 'docs/adding-a-publisher.md']
/** As much of the tree as the new files reach. */
const copied = ['src', 'dev', 'test/support', 'package.json', 'tsconfig.json']

let tree: string
const files: string[] = []

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'adding-a-provider-'))
  for (const path of copied) await cp(join(project, path), join(tree, path), { recursive: true })
  await symlink(join(project, 'node_modules'), join(tree, 'node_modules'))
  for (const page of pages) for (const block of await blocksOf(page)) files.push(await follow(block))
})

afterAll(() => rm(tree, { recursive: true, force: true }))

interface Block {
  path: string
  code: string
}

/** Code blocks of a page whose first line names a file. */
async function blocksOf(page: string): Promise<Block[]> {
  const text = await readFile(join(project, page), 'utf8')
  return [...text.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```$/gms)].map(([, path = '', code = '']) => ({
    path,
    code,
  }))
}

/** Writes a new file, or puts an entry into a registry. Gives its path. */
async function follow({ path, code }: Block): Promise<string> {
  const target = join(tree, path)
  const existing = await readFile(target, 'utf8').catch(() => null)
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, existing === null ? code : withEntry(existing, code))
  return target
}

/** Puts the entry in the place of the one with the same name, or a new one before `memory`. */
function withEntry(registry: string, block: string): string {
  const [imports = '', entry = ''] = block.split(/\n\n(?=const )/)
  const name = entry.match(/^const (\w+) = /)?.[1]
  const old = registry.match(new RegExp(`^const ${name} = .*?^\\}\\)\\n`, 'ms'))?.[0]
  if (old !== undefined) return `${imports}\n${registry.replace(old, () => entry)}`
  const table = registry.match(/^export const \w+ = \{\n(?: {2}\w+,\n)*? {2}memory,\n/m)?.[0]
  if (name === undefined || table === undefined) throw new TypeError(`The registry has no place for ${name}`)
  const longer = table.replace('  memory,\n', `  ${name},\n  memory,\n`)
  return `${imports}\n${registry.replace(table, () => `${entry}\n${longer}`)}`
}

/** Output of a program of this project, run in the copy. Its failure is output too. */
async function outputOf(...parameters: string[]): Promise<string> {
  const running = run(process.execPath, parameters, { cwd: tree, env: { ...process.env, NO_COLOR: '1' } })
  const { stdout, stderr } = await running.catch((error: { stdout: string; stderr: string }) => error)
  return stdout + stderr
}

describe('the pages that show how to add a provider', () => {
  it('have three blocks for each provider: the file, the entry, the test', () => {
    expect(files.map((path) => path.slice(tree.length + 1))).toEqual([
      'src/providers/storage/memory.ts',
      'src/providers/storages.ts',
      'test/providers/storage/memory.test.ts',
      'src/providers/kv/map.ts',
      'src/providers/kv-stores.ts',
      'test/providers/kv/map.test.ts',
      'src/providers/publishers/mastodon.ts',
      'src/providers/publishers.ts',
      'test/providers/publishers/mastodon.test.ts',
    ])
  })

  it('hold code whose types are right', async () => {
    const config = { extends: './tsconfig.json', include: [], files }
    await writeFile(join(tree, 'tsconfig.new.json'), JSON.stringify(config))
    expect(await outputOf('node_modules/typescript/bin/tsc', '-p', 'tsconfig.new.json')).toBe('')
  }, 120_000)

  it('hold tests that run the contract suites and pass', async () => {
    await writeFile(
      join(tree, 'vitest.config.ts'),
      "export default { test: { include: ['test/providers/**/*.test.ts'], testTimeout: 60_000 } }",
    )
    const output = await outputOf('node_modules/vitest/vitest.mjs', 'run', '--reporter=dot')
    expect(output).toMatch(/Test Files\s+3 passed \(3\)/)
    expect(output).toMatch(/Tests\s+\d{2,} passed \(\d+\)/)
  }, 120_000)
})
