/** Commands, variables, files and documents that the documents name must exist. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { presetVariables, project } from '../../scripts/deployment.ts'
import { providerVariables } from '../../src/providers/registry.ts'
import { environmentSchema } from '../../src/runtime/settings/variables.ts'
import { orchestratorVariables } from '../support/fixtures/orchestrator-variables.ts'

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...(await readdir(`${project}docs`, { recursive: true }))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].sort()

const textOf = (name: string) => readFile(`${project}${name}`, 'utf8')
const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '')

/** Returns the anchors of headings in GitHub's form: lower case, no punctuation, hyphens for spaces. */
function anchorsIn(text: string): string[] {
  return found(text, /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe.each(documents)('%s', (name) => {
  it('mentions only npm scripts that exist', async () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(await textOf('package.json'))
    const named = found(await textOf(name), /npm run (?:--silent )?([a-z][\w:-]*)/g)
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([])
  })

  it('links only to files and headings that exist', async () => {
    const text = await textOf(name)
    const broken: string[] = []
    for (const target of found(text, /\]\((?!https?:|mailto:)([^)\s]+)\)/g)) {
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? name : normalize(join(dirname(name), path))
      const isThere = existsSync(`${project}${file}`)
      if (!isThere || (anchor && !anchorsIn(await textOf(file)).includes(anchor))) broken.push(target)
    }
    expect(broken).toEqual([])
  })

  it('mentions only programs that exist', async () => {
    const programs = found(await textOf(name), /\bnode ((?:src|scripts|orchestrator|dev|bench)\/[\w./-]+)/g)
    expect(programs.filter((program) => !existsSync(`${project}${program}`))).toEqual([])
  })
})

/** Returns the files that a guide tells its reader to write. The first line of a code block names each. */
const readersOwn = (text: string) => found(text, /^```ts\n\/\/ (\S+)$/gm)

it.each(documents)('finds every source file that %s names', async (name) => {
  const text = await textOf(name)
  const paths = found(text, /(?<![\w/.-])((?:src|test)\/[\w./-]*\w)/g)
  const missing = paths.filter((path) => !existsSync(`${project}${path}`) && !readersOwn(text).includes(path))
  expect(missing).toEqual([])
})

/** Variables that a process parses, including those of its providers. */
const ownVariables = Object.keys({ ...environmentSchema.shape, ...providerVariables.shape })
/** Variables of other programs, with their owner. */
const others: Readonly<Record<string, string>> = {
  CLOUDFLARE_API_TOKEN: 'wrangler',
  MEMORY_STORAGE: 'an example of docs/guides/add-a-storage.md',
  ALICE_REFRESH_TOKEN: 'an example of docs/orchestrator.md',
  TENANT_CONFIG: 'the .profile of docs/operations/migration.md',
  POSTGRES_PASSWORD: 'compose.yaml',
  CONSOLE_SESSION_SECRET: 'compose.yaml and npm run serve:all',
  TEST_DATABASE_URL: 'the fixture of databases in test/support/fixtures/databases.ts',
}
/** Names that are not our variables. They belong to photos, OpenTelemetry, Node, POSIX and OpenSSL, or are a common prefix. */
const noNames = /^(AUTH0_|IMG_\d+|COPYFILE_EXCL|O_EXCL|OTEL_\w*|NODE_EXTRA_CA_CERTS|ERR_\w+|UNABLE_TO_\w*)$/

describe('environment variables in the documents', () => {
  it.each(documents)('knows every variable that %s names', async (name) => {
    const ownDocument = found(await textOf('docs/configuration.md'), /^\| `([A-Z][A-Z0-9_]+)`/gm)
    const known = new Set([
      ...ownVariables,
      ...(await orchestratorVariables()),
      ...ownDocument,
      ...Object.keys(await presetVariables()),
      ...Object.keys(await presetVariables('controlPlane')),
      ...Object.keys(others),
      ...found(await textOf('bench/main.ts'), /\b([A-Z][A-Z0-9]+_[A-Z0-9_]+)\b/g),
    ])
    const named = found(await textOf(name), /(?<![\w-])([A-Z][A-Z0-9]*_[A-Z0-9_]*)/g)
    const unknownNames = named.filter((word) => !known.has(word) && !noNames.test(word))
    expect([...new Set(unknownNames)]).toEqual([])
  })

  it('finds every parsed variable in docs/configuration.md', async () => {
    const text = await textOf('docs/configuration.md')
    const missing = ownVariables.filter((variable) => !text.includes(`\`${variable}\``))
    expect(missing).toEqual([])
  })

  it('knows every variable that app.json and wrangler.toml set', async () => {
    const app: { env: Record<string, unknown> } = JSON.parse(await textOf('app.json'))
    const vars = found((await textOf('wrangler.toml')).split('[vars]')[1] ?? '', /^([A-Z][A-Z0-9_]+) = /gm)
    const nodes = ['NODE_OPTIONS', 'MALLOC_ARENA_MAX', 'MALLOC_TRIM_THRESHOLD_', 'MALLOC_MMAP_THRESHOLD_']
    const known = [...ownVariables, ...nodes]
    expect(
      [...Object.keys(app.env), ...vars].filter(
        (variable) => !noNames.test(variable) && !known.includes(variable),
      ),
    ).toEqual([])
  })
})
