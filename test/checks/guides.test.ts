/** The guides in docs/guides/, followed step by step in a copy of the tree. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const project = join(import.meta.dirname, '../..')
const run = promisify(execFile)
const pages = ['storage', 'key-value-store', 'publisher', 'route', 'job', 'text'].map(
  (subject) => `docs/guides/add-a-${subject}.md`,
)
/** Parts of the tree that the new files import. */
const copied = [
  'src',
  'dev',
  'scripts',
  'test/support',
  'biome.json',
  'package.json',
  'tsconfig.json',
  'tsconfig.web.json',
]

let tree: string
const files: string[] = []

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'publisher-guides-'))
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
  kind: string
  path: string
  code: string
}

interface Addition {
  name: string
  list: string
  path: string
}

/** Finds sentences that add a name to a list: an array of names, or a table of entries. */
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

/** Finds code blocks whose first line names a file. */
function blocksOf(text: string): Block[] {
  const blocks = text.matchAll(/^```(ts|diff)\n(?:\/\/|---) (\S+)\n(.*?)^```$/gms)
  return [...blocks].map(([, kind = '', path = '', code = '']) => ({ kind, path, code }))
}

/** Writes a new file, adds an entry to a registry, or changes a file as the diff says. Returns the path. */
async function follow({ kind, path, code }: Block): Promise<string> {
  const target = join(tree, path)
  const existing = await readFile(target, 'utf8').catch(() => null)
  await mkdir(dirname(target), { recursive: true })
  await writeFile(
    target,
    existing === null ? code : kind === 'diff' ? patched(existing, code) : withEntry(existing, code),
  )
  return target
}

/** Applies hunks, which `@@` separates. Throws unless the old lines of each hunk occur exactly once. */
function patched(text: string, diff: string): string {
  return diff.split('@@\n').reduce((before, hunk) => {
    const linesWith = (marks: string) =>
      hunk
        .split('\n')
        .filter((line) => line !== '' && marks.includes(line.charAt(0)))
        .map((line) => `${line.slice(1)}\n`)
        .join('')
    const [start, end, ...others] = before.split(linesWith(' -'))
    if (start === undefined || end === undefined || others.length > 0) {
      throw new TypeError(`These lines do not occur exactly once:\n${hunk}`)
    }
    return start + linesWith(' +') + end
  }, text)
}

function withEntry(registry: string, block: string): string {
  const [imports = '', entry = ''] = block.split(/\n\n(?=const )/)
  const first = registry.search(/^const \w+ = \w+Driver\(/m)
  if (first === -1 || entry === '') throw new TypeError('There is no entry, or no registry for it')
  return `${imports}\n${registry.slice(0, first)}${entry}\n${registry.slice(first)}`
}

/** Runs a program of this project in the copy. Returns its output, even if the program fails. */
async function outputOf(...parameters: string[]): Promise<string> {
  const running = run(process.execPath, parameters, { cwd: tree, env: { ...process.env, NO_COLOR: '1' } })
  const { stdout, stderr } = await running.catch((error: { stdout: string; stderr: string }) => error)
  return stdout + stderr
}

/** Returns the type errors in these files under a configuration of this project, `''` if all are valid. */
async function typeErrors(config: string, files: readonly string[]): Promise<string> {
  await writeFile(
    join(tree, 'tsconfig.new.json'),
    JSON.stringify({ extends: config, include: [], files: [...files, 'src/ui/css.d.ts'] }),
  )
  return outputOf('node_modules/typescript/bin/tsc', '-p', 'tsconfig.new.json')
}

describe('the guides', () => {
  it('finds a block for each file that the guides write or change', () => {
    expect(files.map((path) => path.slice(tree.length + 1))).toEqual([
      'src/providers/storage/memory.ts',
      'src/providers/storages.ts',
      'test/providers/storage/memory.test.ts',
      'src/providers/kv/map.ts',
      'src/providers/kv-stores.ts',
      'test/providers/kv/map.test.ts',
      'src/ui/texts/en/workbench.ts',
      'src/ui/texts/de/workbench.ts',
      'src/contract/rating-map.ts',
      'src/contract/publisher-settings.ts',
      'src/providers/publishers/pixelfed.ts',
      'src/providers/publishers.ts',
      'test/providers/publishers/pixelfed.test.ts',
      'src/handlers/routes/folders.ts',
      'src/handlers/routes.ts',
      'test/handlers/routes/folders.test.ts',
      'src/jobs/report-inbox.ts',
      'src/worker.ts',
      'test/jobs/report-inbox.test.ts',
      'src/ui/texts/en/grid.ts',
      'src/ui/texts/de/grid.ts',
      'src/ui/gallery/grid/grid-bar.tsx',
      'test/ui/page-search-hint.test.ts',
    ])
  })

  it('finds each new name in a list of the contract and of its registry', async () => {
    const texts = await Promise.all(pages.map((page) => readFile(join(project, page), 'utf8')))
    expect(texts.flatMap(additionsOf).map(({ name, list }) => `${name} in ${list}`)).toEqual([
      'memory in storageProviders',
      'memory in storages',
      'map in keyValueStores',
      'pixelfed in platforms',
      'pixelfed in publishers',
    ])
  })

  it('compiles the code of the guides', async () => {
    const isWorker = (path: string) => path.endsWith('src/worker.ts')
    expect(
      await typeErrors(
        './tsconfig.json',
        files.filter((path) => !isWorker(path)),
      ),
    ).toBe('')
    expect(await typeErrors('./tsconfig.web.json', files.filter(isWorker))).toBe('')
  }, 240_000)

  it('finds no fault of style in the new files of the guides', async () => {
    const written = files.filter((path) => !existsSync(join(project, path.slice(tree.length + 1))))
    const biome = ['check', '--vcs-enabled=false', ...written]
    expect(await outputOf('node_modules/@biomejs/biome/bin/biome', ...biome)).toMatch(
      /^Checked \d+ files in \S+ No fixes applied\.\s*$/,
    )
  })

  it('passes the tests of the guides', async () => {
    // The test of a text needs the built app.
    const include = ['test/{providers,handlers,jobs}/**/*.test.ts']
    const config = `export default { test: { include: ${JSON.stringify(include)}, testTimeout: 60_000 } }`
    await writeFile(join(tree, 'vitest.config.ts'), config)
    const output = await outputOf('node_modules/vitest/vitest.mjs', 'run', '--reporter=dot')
    expect(output).toMatch(/Test Files\s+5 passed \(5\)/)
    expect(output).toMatch(/Tests\s+\d{2,} passed \(\d+\)/)
  }, 120_000)
})
