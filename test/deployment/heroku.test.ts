/** The files of Heroku's two apps, which `npm run prove:heroku` starts. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseEnvironment } from '../../orchestrator/environment.ts'
import { appFiles, procfileCommand, project, webCommand } from '../../scripts/deployment.ts'
import { orchestratorVariables } from '../support/fixtures/orchestrator-variables.ts'

interface App {
  addons: { plan: string }[]
  env: Record<string, { description: string; value?: string; required?: boolean }>
}

async function appOf(app: keyof typeof appFiles): Promise<App> {
  return JSON.parse(await readFile(`${project}${appFiles[app]}`, 'utf8'))
}

/** Runs a command as Heroku does, with a `node` that prints its arguments. */
async function printed(command: string, variables: Record<string, string>): Promise<string> {
  const env = { PATH: process.env.PATH, ...variables }
  const { stdout } = await promisify(execFile)('bash', ['-c', `node() { echo "$@"; }; ${command}`], { env })
  return stdout.trim()
}

describe('the Procfile', () => {
  it('runs the fleet as the web process, or the program that WEB_PROGRAM names', async () => {
    const web = await procfileCommand('web')
    const { env } = await appOf('controlPlane')
    expect(await printed(web, {})).toBe('src/node.ts')
    expect(await webCommand()).toEqual(['node', 'src/node.ts'])
    expect(`node ${await printed(web, { WEB_PROGRAM: env.WEB_PROGRAM?.value ?? '' })}`).toBe(
      await procfileCommand('orchestrator'),
    )
  })

  it('migrates in the release phase of an app with a database, and does nothing in the app of the fleet', async () => {
    const release = await procfileCommand('release')
    expect(await printed(release, {})).toBe('')
    expect(await printed(release, { DATABASE_URL: 'postgres://db/x' })).toBe('orchestrator/main.ts migrate')
  })
})

describe("the control plane's app.json", () => {
  it('adds a PostgreSQL, and names only variables that the orchestrator knows', async () => {
    const { addons, env } = await appOf('controlPlane')
    expect(addons).toEqual([{ plan: 'heroku-postgresql:essential-0' }])
    const own = await orchestratorVariables()
    const others = ['WEB_PROGRAM', 'PGSSLMODE', 'NODE_OPTIONS']
    expect(Object.keys(env).filter((name) => !own.includes(name) && !others.includes(name))).toEqual([])
  })

  it('asks for every variable without which a dyno refuses to start', async () => {
    const { env } = await appOf('controlPlane')
    const refusal = (variables: Record<string, string>) => {
      try {
        parseEnvironment({ DYNO: 'web.1', ...variables })
        return ''
      } catch (error) {
        return String(error)
      }
    }
    // The add-on sets the URL of the database.
    const refused = [...refusal({}).matchAll(/\b([A-Z][A-Z_]+) is required/g)].map(([, name = '']) => name)
    expect(refused.toSorted()).toEqual(['DATABASE_URL', 'ORCHESTRATOR_KEYS'])
    expect(env.ORCHESTRATOR_KEYS?.required).toBeUndefined()
  })
})
