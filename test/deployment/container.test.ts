/** Tests run without Docker, so they compare the Dockerfile with the steps that `npm run prove:heroku` proves. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { matchesGlob } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  buildSteps,
  healthCheckCommand,
  presetVariables,
  project,
  webCommand,
} from '../../scripts/deployment.ts'

interface Instruction {
  name: string
  rest: string
}

/** Returns the stages of the Dockerfile as lists of instructions, with continued lines joined. */
async function stages(): Promise<Instruction[][]> {
  const text = await readFile(`${project}Dockerfile`, 'utf8')
  const lines = text.replaceAll('\\\n', ' ').split('\n')
  const found: Instruction[][] = []
  for (const line of lines.filter((line) => line.trim() !== '' && !line.startsWith('#'))) {
    const [, name = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? []
    if (name === 'FROM') found.push([])
    found.at(-1)?.push({ name, rest: rest.replace(/\s+/g, ' ') })
  }
  return found
}

function all(stage: Instruction[] | undefined, name: string): string[] {
  return (stage ?? []).filter((instruction) => instruction.name === name).map(({ rest }) => rest)
}

const ignored = async () => (await readFile(`${project}.dockerignore`, 'utf8')).split('\n').filter(Boolean)

describe('the container', () => {
  it('runs the proven build steps on the oldest Node of package.json', async () => {
    const [build, run] = await stages()
    expect(all(build, 'RUN')).toEqual(buildSteps)
    expect(all(run, 'RUN')).toEqual([])
    const { engines }: { engines: { node: string } } = JSON.parse(
      await readFile(`${project}package.json`, 'utf8'),
    )
    const image = `node:${engines.node.replace('>=', '')}-slim`
    expect([...all(build, 'FROM'), ...all(run, 'FROM')]).toEqual([`${image} AS build`, image])
  })

  it('starts the program like Heroku, with the same presets, and not as root', async () => {
    const [, run] = await stages()
    expect(JSON.parse(all(run, 'CMD')[0] ?? '')).toEqual(await webCommand())
    const variables = Object.fromEntries(
      all(run, 'ENV').flatMap((line) =>
        [...line.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)].map(([, name, quoted, plain]) => [
          name,
          quoted ?? plain,
        ]),
      ),
    )
    const { NODE_OPTIONS, MALLOC_ARENA_MAX, MALLOC_TRIM_THRESHOLD_, MALLOC_MMAP_THRESHOLD_ } =
      await presetVariables()
    expect(variables).toEqual({
      NODE_ENV: 'production',
      NODE_OPTIONS,
      MALLOC_ARENA_MAX,
      MALLOC_TRIM_THRESHOLD_,
      MALLOC_MMAP_THRESHOLD_,
    })
    const names = (run ?? []).map(({ name }) => name)
    expect(all(run, 'USER')).toEqual(['node'])
    expect(names.indexOf('USER')).toBeLessThan(names.indexOf('CMD'))
    expect((await healthCheckCommand()).slice(0, 2)).toEqual(['node', '-e'])
  })

  it('copies only existing files, and everything that the program loads into the second stage', async () => {
    const [build, run] = await stages()
    const excluded = await ignored()
    for (const line of all(build, 'COPY')) {
      for (const source of line.split(' ').slice(0, -1)) {
        expect(existsSync(`${project}${source}`), source).toBe(true)
        expect(excluded).not.toContain(source)
      }
    }
    const taken = all(run, 'COPY').map((line) => /^--from=build \/app\/(\S+) \.\/(\S*)$/.exec(line)?.[1])
    expect(taken).toEqual([
      'package.json',
      'node_modules',
      'dist/ui',
      'dist/compile-cache',
      'src',
      'orchestrator',
    ])
  })

  it('keeps git history and local builds out of the image', async () => {
    const excluded = await ignored()
    for (const name of ['.git', 'node_modules', 'dist', 'test', '.orchestrator'])
      expect(excluded).toContain(name)
  })
})

describe('files with secrets, as the documents name them', () => {
  const names = [
    ...['.env', '.env.production', 'src/.env', 'publisher.env', 'secrets.env', 'alice-secrets.env'],
    'orchestrator.env',
    'single-machine.env',
    ...['src/node/publisher.env', 'tenant.yaml', 'alice.yaml', 'secrets.yaml', 'src/alice.yaml'],
  ]

  it.each(names)('keeps %s out of the image', async (name) => {
    expect((await ignored()).filter((pattern) => matchesGlob(name, pattern))).not.toEqual([])
  })

  it.each(names)('keeps %s out of git, and so out of a slug', (name) => {
    // Throws on exit code 1, which means that git does not ignore the file.
    const said = execFileSync('git', ['check-ignore', '--no-index', name], { cwd: project, encoding: 'utf8' })
    expect(said.trim()).toBe(name)
  })

  it('finds no such file in git except examples', () => {
    const patterns = ['*.env', '*.env.*', '*.yaml']
    const tracked = execFileSync('git', ['ls-files', ...patterns], { cwd: project, encoding: 'utf8' })
    const files = tracked.split('\n').filter(Boolean)
    expect(files.filter((name) => !name.startsWith('orchestrator/example/'))).toEqual([
      '.env.example',
      'compose.yaml',
    ])
  })

  it('covers every file with secrets that the documents name', async () => {
    const documents = await readdir(`${project}docs/operations`)
    const texts = await Promise.all(
      documents.map((name) => readFile(`${project}docs/operations/${name}`, 'utf8')),
    )
    const named = texts.flatMap((text) => [...text.matchAll(/[\w-]*\.(?:env|yaml)\b/g)].map(([name]) => name))
    expect(new Set(named).size).toBeGreaterThan(3)
    const withoutSecrets = ['compose.yaml']
    expect([...new Set(named)].filter((name) => ![...names, ...withoutSecrets].includes(name))).toEqual([])
  })
})

describe('the slug', () => {
  it('leaves out only folders that neither the build nor the program needs', async () => {
    const left = (await readFile(`${project}.slugignore`, 'utf8')).split('\n').filter(Boolean)
    expect(left).toEqual(['/.ci', '/bench', '/dev', '/docs', '/test'])
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(
      await readFile(`${project}package.json`, 'utf8'),
    )
    for (const name of ['start', 'heroku-postbuild', 'build:ui', 'publish', 'doctor', 'orchestrator']) {
      expect(scripts[name]).not.toMatch(/\b(bench|dev|docs|test)\//)
    }
  })
})
