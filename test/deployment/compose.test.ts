/** compose.yaml, started as processes in the same arrangement, because no container engine runs here. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { project } from '../../scripts/deployment.ts'
import { providerVariables } from '../../src/providers/registry.ts'
import { environmentSchema } from '../../src/runtime/settings/variables.ts'
import { startArrangement } from '../support/fixtures/compose/arrangement.ts'
import { composeText, readCompose } from '../support/fixtures/compose/file.ts'
import { sendTo } from '../support/fixtures/http-client.ts'
import { orchestratorVariables } from '../support/fixtures/orchestrator-variables.ts'

/** Runs the commands of the document that make the file `.env`. Returns its values, and the file's mode. */
async function documentedEnv() {
  const text = await readFile(`${project}docs/operations/container.md`, 'utf8')
  const script = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].find(([, block]) =>
    block?.includes('> .env'),
  )?.[1]
  if (script === undefined) throw new Error('The document does not make the file .env.')
  const folder = await mkdtemp(join(tmpdir(), 'publisher-compose-'))
  try {
    await promisify(execFile)('bash', ['-euc', script], { cwd: folder })
    const file = join(folder, '.env')
    return { values: parseEnv(await readFile(file, 'utf8')), mode: (await stat(file)).mode & 0o777 }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const { values, mode } = await documentedEnv()

describe('compose.yaml', () => {
  it('serves a gallery with the file .env of the document, and stops without an error', async () => {
    await using arrangement = await startArrangement(await readCompose(values))
    const { ports, started } = arrangement
    expect(started).toEqual(['postgres', 'redis', 'migrate', 'orchestrator', 'fleet'])

    const host = `alice.${values.ORCHESTRATOR_BASE_DOMAIN}`
    const main = ['node', 'orchestrator/main.ts']
    const config = {
      storage: { provider: 'local', paths: { root: '/' } },
      features: { auto_view_enabled: true },
    }
    const create = [...main, 'tenant', 'create', 'alice', '--host', host, '--config', '-']
    await arrangement.exec('orchestrator', create, JSON.stringify(config))
    expect(await arrangement.exec('orchestrator', [...main, 'tenant', 'list'])).toContain(host)
    const https = { headers: { 'x-forwarded-proto': 'https' } }
    const answers = await Promise.all(
      [host, `bob.${values.ORCHESTRATOR_BASE_DOMAIN}`].map((name) =>
        sendTo(ports.fleet, name, '/api/config/features', https),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 404])
    expect(await (await sendTo(ports.fleet, host, '/health/ready')).json()).toMatchObject({ status: 'ok' })

    expect(await arrangement.stop('fleet')).toBe(0)
    expect(await arrangement.stop('orchestrator')).toBe(0)
  })

  it('refuses to start without each required value of .env', async () => {
    for (const name of Object.keys(values))
      await expect(readCompose({ ...values, [name]: undefined }), name).rejects.toThrow(`${name} is missing`)
    expect(mode).toBe(0o600)
  })

  it('gives the fleet no secret of the control plane', async () => {
    const { fleet, orchestrator } = await readCompose(values)
    const secrets = [values.ORCHESTRATOR_KEYS, values.POSTGRES_PASSWORD, values.CONSOLE_SESSION_SECRET]
    for (const value of Object.values(fleet?.environment ?? {}))
      for (const secret of secrets) expect(value).not.toContain(secret)
    expect(orchestrator?.environment.WEB_SESSION_SECRET).not.toBe(fleet?.environment.WEB_SESSION_SECRET)
  })

  it('holds no secret, and opens ports of this machine only', async () => {
    const services = await readCompose(values)
    const text = await composeText()
    for (const name of Object.keys(values).filter((name) => /KEYS|TOKEN|SECRET|PASSWORD/.test(name))) {
      expect(text).toContain(`\${${name}:?is missing in .env}`)
      expect(text).not.toContain(values[name])
    }
    const ports = Object.values(services).flatMap((service) => service.ports)
    expect(ports).toEqual(['127.0.0.1:8090:8090', '127.0.0.1:8080:8080'])
  })

  it('names only variables that the programs know', async () => {
    const named = [...(await composeText()).matchAll(/^ {6}([A-Z][A-Z0-9_]+):$/gm)].map(
      ([, name = '']) => name,
    )
    const optional = Object.fromEntries(named.map((name) => [name, 'x']))
    const { fleet, orchestrator } = await readCompose({ ...optional, ...values })
    const ofFleet = Object.keys({ ...environmentSchema.shape, ...providerVariables.shape })
    const ofOrchestrator = await orchestratorVariables()
    expect(named).toContain('DROPBOX_APP_KEY')
    expect(Object.keys(fleet?.environment ?? {}).filter((name) => !ofFleet.includes(name))).toEqual([])
    expect(
      Object.keys(orchestrator?.environment ?? {}).filter((name) => !ofOrchestrator.includes(name)),
    ).toEqual([])
  })
})
