/** Check of the control plane's app in the slug, on PostgreSQL: release phase, import, an answer, the console's host, and SIGTERM. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { startPostgres } from '../../dev/peers/postgres.ts'
import { presetVariables, procfileCommand } from '../deployment.ts'
import { clean, run, say } from './run.ts'

const example = ['orchestrator/example/tenants.yaml', 'orchestrator/example/secrets.yaml']
const token = 'proof-service-token'
const path = '/v1/runtime/by-host?host=alice.shibari.photo'
const consoleHost = 'console.shibari.photo'

/** Runs the release phase and the web process of the control plane's app. Throws at the first wrong result. */
export async function checkControlPlane(slug: string): Promise<void> {
  const postgres = await startPostgres({ isDurable: false })
  try {
    await checkWith(slug, await variablesOf(postgres.urlOf('postgres')))
  } finally {
    await postgres.close()
  }
}

async function variablesOf(databaseUrl: string): Promise<Record<string, string>> {
  return {
    PATH: clean.PATH,
    NODE_ENV: 'production',
    DYNO: 'web.1',
    PORT: '0',
    ...(await presetVariables('controlPlane')),
    // The server of the check offers no TLS.
    PGSSLMODE: 'disable',
    DATABASE_URL: databaseUrl,
    ORCHESTRATOR_KEYS: `proof:${randomBytes(32).toString('base64url')}`,
    ORCHESTRATOR_SERVICE_TOKEN: token,
    ORCHESTRATOR_PUBLIC_URL: 'https://connect.shibari.photo',
    CONSOLE_HOST: consoleHost,
    OPERATOR_EMAILS: 'operator@shibari.photo',
    WEB_SESSION_SECRET: randomBytes(24).toString('base64url'),
    AUTH0_DOMAIN: 'proof.eu.auth0.com',
    AUTH0_CLIENT_ID: 'proof',
    AUTH0_CLIENT_SECRET: 'proof-secret',
  }
}

async function checkWith(slug: string, env: Record<string, string>): Promise<void> {
  const release = await procfileCommand('release')
  const { DATABASE_URL: _, ...fleet } = env
  for (const [app, variables] of Object.entries({ fleet, 'control plane': env })) {
    await run('bash', ['-c', release], { cwd: slug, env: variables })
    say(`release phase of the ${app}: exit 0`)
  }
  await run('bash', ['-c', `${await procfileCommand('orchestrator')} import-yaml ${example.join(' ')}`], {
    cwd: slug,
    env,
  })
  const command = await procfileCommand('web')
  const child = spawn('bash', ['-c', command], { cwd: slug, env, stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    const port = await portOf(child)
    for (const [host, target, expected] of [
      ['connect.shibari.photo', path, 200],
      [consoleHost, path, 'refused'],
    ] as const) {
      const status = await ask(port, host, target)
      if (expected === 'refused' ? status < 300 : status !== expected)
        throw new Error(`${host} answered ${status} to ${target}`)
      say(`${env.WEB_PROGRAM}: GET ${host}${target.slice(0, 20)} ${status}`)
    }
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    const [code] = await exit
    if (code !== 0) throw new Error(`After SIGTERM the orchestrator exited with ${code}.`)
  } finally {
    child.kill('SIGKILL')
  }
}

/** Sends a call like the router, and returns the status. */
async function ask(port: number, host: string, target: string): Promise<number> {
  const headers = { host, 'x-forwarded-proto': 'https', authorization: `Bearer ${token}` }
  const outgoing = request({ host: '127.0.0.1', port, path: target, headers, agent: false })
  outgoing.end()
  const [answer] = await once(outgoing, 'response')
  answer.resume()
  return answer.statusCode
}

/** Waits until the process listens. Rejects with its messages if it exits first. */
function portOf({ stderr }: ChildProcess & { stderr: NodeJS.ReadableStream }): Promise<number> {
  const said: string[] = []
  const lines = createInterface({ input: stderr })
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      said.push(line)
      const port = /listens on http:\S+:(\d+)/.exec(line)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
    lines.on('close', () => reject(new Error(`The orchestrator ended: ${said.join('\n')}`)))
  })
}
