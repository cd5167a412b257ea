/** `npm run serve:all`: the file of variables, the processes, and a gallery that answers. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { unusedPort } from '../../dev/unused-port.ts'
import { parseEnvironment } from '../../orchestrator/environment.ts'
import { project } from '../../scripts/deployment.ts'
import { writeMachineFile } from '../../scripts/single-machine/env-file.ts'
import { type Part, startParts } from '../../scripts/single-machine/parts.ts'
import { fleetVariables, orchestratorVariables } from '../../scripts/single-machine/variables.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { sendTo } from '../support/fixtures/http-client.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'publisher-single-machine-'))
  file = join(folder, 'single-machine.env')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const options = { domain: 'shibari.test', operator: 'operator@shibari.test' }

describe('the file of variables', () => {
  it('keeps fresh secrets that only its owner can read, and is never overwritten', async () => {
    expect(await writeMachineFile(file, options)).toBe(true)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const first = await readFile(file, 'utf8')
    expect(await writeMachineFile(file, { domain: 'other.test', operator: 'x@other.test' })).toBe(false)
    expect(await readFile(file, 'utf8')).toBe(first)

    const second = join(folder, 'second.env')
    await writeMachineFile(second, options)
    const [old, fresh] = [parseEnv(first), parseEnv(await readFile(second, 'utf8'))]
    const secrets = ['ORCHESTRATOR_KEYS', 'ORCHESTRATOR_SERVICE_TOKEN', 'WEB_SESSION_SECRET']
    for (const name of [...secrets, 'CONSOLE_SESSION_SECRET']) expect(old[name]).not.toBe(fresh[name])
    expect(parseEnvironment(orchestratorVariables(old)).CONSOLE_HOST).toBeUndefined()
    // The operator removes the signs of comments when the sign-in is registered.
    const signIn = parseEnv(
      first
        .replace('# CONSOLE_HOST=', 'CONSOLE_HOST=')
        .replaceAll(/^# (AUTH0_\w+=)$/gm, '$1registered.example'),
    )
    expect(parseEnvironment(orchestratorVariables(signIn))).toMatchObject({
      CONSOLE_HOST: 'console.shibari.test',
    })
  })

  it('needs domain and operator, and refuses a value that would add a line', async () => {
    await expect(writeMachineFile(file, {})).rejects.toThrow('--domain and --operator')
    await expect(writeMachineFile(file, { ...options, domain: 'x\nNODE_ENV=' })).rejects.toThrow()
    await expect(stat(file)).rejects.toThrow()
  })

  it('gives the fleet no secret of the control plane, and each program its own session secret', async () => {
    await writeMachineFile(file, options)
    const given = parseEnv(await readFile(file, 'utf8'))
    const fleet = fleetVariables(given)
    const values = Object.values(fleet)
    expect(values).not.toContain(given.ORCHESTRATOR_KEYS)
    expect(values).not.toContain(given.CONSOLE_SESSION_SECRET)
    const { WEB_SESSION_SECRET } = orchestratorVariables(given)
    expect(WEB_SESSION_SECRET).toBe(given.CONSOLE_SESSION_SECRET)
    expect(WEB_SESSION_SECRET).not.toBe(fleet.WEB_SESSION_SECRET)
  })
})

describe('the processes', () => {
  /** A server that answers its process ID, and ends when it is asked to. */
  const server = `require('node:http').createServer((request, response) => {
    response.end(String(process.pid))
    if (request.url === '/end') setImmediate(() => process.exit(7))
  }).listen(process.env.PORT, '127.0.0.1')
  process.on('SIGTERM', () => process.exit(0))`

  async function partOn(name: string, script = server): Promise<Part & { url: string }> {
    const port = await unusedPort()
    const url = `http://127.0.0.1:${port}`
    return { name, args: ['-e', script], variables: { PORT: String(port) }, health: url, url }
  }

  const answer = async (url: string) => (await fetch(url)).text()

  it('starts a part again when it ends, and stops all at the end', async () => {
    const [first, second] = [await partOn('first'), await partOn('second')]
    const said: string[] = []
    const parts = await startParts([first, second], (text) => said.push(text))
    onTestFinished(() => parts.stop())
    const [before, other] = [await answer(first.url), await answer(second.url)]
    await answer(`${first.url}/end`)
    await eventually(async () => expect(await answer(first.url)).not.toBe(before))
    expect(await answer(second.url)).toBe(other)
    expect(said).toEqual(['The first ended (7). Starting it again in 1 s.'])

    await parts.stop()
    expect(await parts.ended).toBe(0)
    await expect(fetch(first.url)).rejects.toThrow()
    await expect(fetch(second.url)).rejects.toThrow()
  })

  it('stops all when a part cannot start', async () => {
    const [first, broken] = [await partOn('first'), await partOn('second', 'process.exit(3)')]
    await expect(startParts([first, broken], () => undefined)).rejects.toThrow('The second does not start')
    await expect(fetch(first.url)).rejects.toThrow()
  })
})

it('serves a gallery from one command and one file', async () => {
  const [port, orchestratorPort] = [await unusedPort(), await unusedPort()]
  await writeMachineFile(file, options)
  const text = await readFile(file, 'utf8')
  const own = text
    .replace('PORT=8080', `PORT=${port}\nLOCAL_STORAGE_ROOT=${folder}/photos`)
    .replace('PORT=8090', `PORT=${orchestratorPort}`)
    .replace('DATA_DIR=.orchestrator', `DATA_DIR=${folder}/data`)
  await writeFile(file, own)
  await mkdir(join(folder, 'photos', 'alice'), { recursive: true })

  const child = spawn(process.execPath, ['scripts/single-machine.ts', '--env', file], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += String(chunk)
  })
  await eventually(() => expect(said).toContain('are running'))

  const config = join(folder, 'alice.json')
  const storage = { provider: 'local', paths: { root: '/' } }
  await writeFile(config, JSON.stringify({ features: { auto_view_enabled: true }, storage }))
  const command = ['orchestrator/main.ts', 'tenant', 'create', 'alice', '--host', 'alice.shibari.test']
  await promisify(execFile)(process.execPath, [`--env-file=${file}`, ...command, '--config', config], {
    cwd: project,
  })
  const answer = await sendTo(port, 'alice.shibari.test', '/api/images/list', {
    headers: { 'x-forwarded-proto': 'https' },
  })
  expect(answer.status).toBe(200)

  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
  await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow()
  await expect(fetch(`http://127.0.0.1:${orchestratorPort}/health`)).rejects.toThrow()
})
