import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const project = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)
const { scripts } = JSON.parse(await readFile(`${project}package.json`, 'utf8'))

/** This project's programs that npm scripts start, with their arguments. */
const ofScripts = Object.values<string>(scripts).flatMap((script) =>
  script.split('&&').flatMap((command) => {
    const [, program, rest = ''] =
      /\bnode .*?((?:src|dev|orchestrator|scripts|soak|bench|test)\/\S+\.ts)(.*)$/.exec(command) ?? []
    return program ? [[program, ...rest.split(' ').filter(Boolean)].join(' ')] : []
  }),
)
const programs = [...new Set([...ofScripts, 'scripts/screenshots.ts'])]

it('finds the programs in the scripts of package.json', () => {
  expect(programs).toEqual(
    expect.arrayContaining([
      'src/node.ts',
      'dev/demo.ts',
      'dev/demo.ts --worker',
      'src/node/doctor.ts',
      'soak/main.ts',
    ]),
  )
})

it.each([...programs.map((program) => `${program} --help`), 'src/node/doctor.ts -h'])(
  'prints its usage, starts nothing and ends with 0 when called as %s',
  async (call) => {
    // Without an environment no program could start.
    const { stdout, stderr } = await run(process.execPath, call.split(' '), { cwd: project, env: {} })
    expect(stdout).toMatch(/^(Usage: )?(npm (run |start|test)|node scripts\/)/)
    expect(stderr).toBe('')
  },
)
