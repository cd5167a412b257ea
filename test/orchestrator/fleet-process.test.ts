import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { databaseKinds, databasesOf } from '../support/fixtures/databases.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { commandsOf } from '../support/fixtures/orchestrator-commands.ts'
import { startOrchestratorProcess } from '../support/fixtures/orchestrator-process.ts'
import { resolvePath, runtimePath } from '../support/fixtures/reference-orchestrator.ts'

interface Finished {
  code: number | null
  out: string
  said: string
}

function outOf({ code, out, said }: Finished): string {
  if (code !== 0) throw new Error(`exit code ${code}: ${said}`)
  return out
}

async function runProcess(args: string[], variables: Record<string, string>, input = ''): Promise<Finished> {
  const child = spawn(process.execPath, ['orchestrator/main.ts', ...args], {
    env: { USER: 'olga', ...variables },
  })
  const finished: Finished = { code: null, out: '', said: '' }
  child.stdout.on('data', (chunk) => {
    finished.out += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    finished.said += String(chunk)
  })
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  return { ...finished, code: typeof code === 'number' ? code : null }
}

/** Serves until the test ends. Returns the address. */
async function serve(variables: Record<string, string>): Promise<string> {
  const running = await startOrchestratorProcess(variables)
  onTestFinished(() => running[Symbol.asyncDispose]())
  return running.url
}

describe.each(databaseKinds)('a fleet run by commands on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  it('serves a tenant from an empty database, suspends and resumes it, and rolls it back', async () => {
    const place = await databases.createMigrated()
    onTestFinished(() => place[Symbol.asyncDispose]())
    const variables = { ...place.variables }
    const inProcess = commandsOf(variables)
    const done = async (args: string[], input = '') => outOf(await inProcess(args, input))
    const config = (title: string) =>
      `storage: {provider: dropbox, credentials_ref: s, paths: {root: /Photos}}\nappearance: {title: ${title}}\n`

    // The first commands are real processes. The others run in this process, which is faster.
    outOf(await runProcess(['tenant', 'create', 'alice', '--host', 'alice.test.example'], variables))
    const token = (
      await done(['token', 'create', '--name', 'fleet', '--scopes', 'runtime,credentials'])
    ).trim()
    const url = await serve(variables)
    const headers = {
      authorization: `Bearer ${token}`,
      'x-tenant': 'alice',
      'content-type': 'application/json',
    }
    const byHost = () => fetch(`${url}${runtimePath}?host=alice.test.example`, { headers })
    const resolve = () =>
      fetch(`${url}${resolvePath}`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ credentials_ref: 's' }),
      })
    const titleNow = async () => {
      const { config } = await (await byHost()).json()
      return config.appearance.title
    }

    // A tenant without a configuration is an unknown host.
    expect((await byHost()).status).toBe(404)
    expect((await resolve()).status).toBe(404)
    const credentials = '{"provider":"dropbox","refresh_token":"canary"}'
    outOf(await runProcess(['credentials', 'put', 'alice', 's'], variables, credentials))
    const first = JSON.parse(await done(['config', 'publish', 'alice', '-'], config('First')))
    await eventually(async () => expect(await titleNow()).toBe('First'))
    await eventually(async () =>
      expect(await (await resolve()).json()).toMatchObject({ refresh_token: 'canary' }),
    )

    await done(['tenant', 'set', 'alice', '--suspend'])
    await eventually(async () => expect((await byHost()).status).toBe(404))
    await eventually(async () => expect((await resolve()).status).toBe(404))
    await done(['tenant', 'set', 'alice', '--resume'])
    await eventually(async () => expect((await byHost()).status).toBe(200))

    await done(['config', 'publish', 'alice', '-', '--note', 'a new title'], config('Second'))
    await eventually(async () => expect(await titleNow()).toBe('Second'))
    await done(['rollback', 'alice', first.config_version])
    await eventually(async () => expect(await titleNow()).toBe('First'))
    const versions = JSON.parse(await done(['history', 'alice']))
    expect(versions.map(({ note }: { note: string }) => note)).toEqual(['rollback', 'a new title', ''])
  }, 90_000)
})
