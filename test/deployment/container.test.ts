/** Docker is not at hand where the tests run, so the Dockerfile is held against what `npm run prove:heroku` proves. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
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

/** Stages in order, each a list of instructions; continued lines are joined. */
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
  it('goes through the steps that were proven, on the Node that package.json asks for', async () => {
    const [build, run] = await stages()
    expect(all(build, 'RUN')).toEqual(buildSteps)
    expect(all(run, 'RUN')).toEqual([])
    const { engines }: { engines: { node: string } } = JSON.parse(
      await readFile(`${project}package.json`, 'utf8'),
    )
    const image = `node:${engines.node.replace('.x', '')}-slim`
    expect([...all(build, 'FROM'), ...all(run, 'FROM')]).toEqual([`${image} AS build`, image])
  })

  it('starts as Heroku does, with the same presets, and not as root', async () => {
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
    const { NODE_OPTIONS, MALLOC_ARENA_MAX, MALLOC_TRIM_THRESHOLD_ } = await presetVariables()
    expect(variables).toEqual({
      NODE_ENV: 'production',
      NODE_OPTIONS,
      MALLOC_ARENA_MAX,
      MALLOC_TRIM_THRESHOLD_,
    })
    const names = (run ?? []).map(({ name }) => name)
    expect(all(run, 'USER')).toEqual(['node'])
    expect(names.indexOf('USER')).toBeLessThan(names.indexOf('CMD'))
    expect((await healthCheckCommand()).slice(0, 2)).toEqual(['node', '-e'])
  })

  it('copies what there is, and takes into the second stage all that the program loads', async () => {
    const [build, run] = await stages()
    const excluded = await ignored()
    for (const line of all(build, 'COPY')) {
      for (const source of line.split(' ').slice(0, -1)) {
        expect(existsSync(`${project}${source}`), source).toBe(true)
        expect(excluded).not.toContain(source)
      }
    }
    const taken = all(run, 'COPY').map((line) => /^--from=build \/app\/(\S+) \.\/(\S*)$/.exec(line)?.[1])
    expect(taken).toEqual(['package.json', 'node_modules', 'dist/ui', 'src'])
  })

  it('keeps secrets, history and what other systems built out of the image', async () => {
    const excluded = await ignored()
    for (const name of ['.git', '.env*', 'node_modules', 'dist', 'test']) expect(excluded).toContain(name)
    const tracked = execFileSync('git', ['ls-files'], { cwd: project, encoding: 'utf8' }).split('\n')
    expect(tracked.filter((name) => /(^|\/)\.env/.test(name))).toEqual([])
  })
})

describe('the slug', () => {
  it('leaves out only what neither the build nor the program needs', async () => {
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
