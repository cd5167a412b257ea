/** Checks of a running dyno and of the programs in its slug. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { healthCheckCommand } from '../deployment.ts'
import type { Dyno } from './dyno.ts'
import { run, say } from './run.ts'

const host = 'alice.shibari.photo'

const metricsToken = 'proof-metrics-token'
/** Variables that load the optional parts. The addresses are unreachable, but the program must still work. */
export const optional = {
  METRICS_TOKEN: metricsToken,
  REDIS_URL: 'redis://127.0.0.1:1',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
}

/** Sends a request like the router. */
async function ask(port: number, path: string): Promise<{ status: number; type: string; body: Buffer }> {
  const headers = {
    host,
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '192.0.2.7',
    ...(path === '/metrics' && { authorization: `Bearer ${metricsToken}` }),
  }
  const outgoing = request({ host: '127.0.0.1', port, path, headers, agent: false })
  outgoing.end()
  const [answer] = await once(outgoing, 'response')
  return {
    status: answer.statusCode,
    type: String(answer.headers['content-type']),
    body: await buffer(answer),
  }
}

/** Requests one address of each kind. Throws at the first wrong answer. */
export async function checkAnswers(port: number): Promise<void> {
  const page = await ask(port, '/')
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page.body.toString())?.[1] ?? '/no-script-in-the-page'
  const expectations: [path: string, type: RegExp, says: RegExp][] = [
    ['/health', /json/, /"ok"/],
    ['/health/ready', /json/, /"mode":"file"/],
    ['/', /html/, /<!doctype html>/i],
    [script, /javascript/, /./],
    ['/api/config/features', /json/, /"auto_view_enabled":true/],
    ['/api/images/list', /json/, /dusk\.jpg/],
    ['/api/images/dusk.jpg/thumbnail', /image/, /./s],
    ['/metrics', /text/, /^publisher_redis_up\{.*\} 0$/m],
  ]
  for (const [path, type, says] of expectations) {
    const answer = await ask(port, path)
    const isRight =
      answer.status === 200 && type.test(answer.type) && says.test(answer.body.toString('latin1'))
    if (!isRight) throw new Error(`${path} was answered ${answer.status} ${answer.type}`)
    say(`GET ${path.padEnd(36)} 200 ${answer.type}, ${answer.body.length} bytes`)
  }
}

/** Runs the doctor, which loads the modules of the AI and of mail. Throws on any trouble. */
export async function checkDoctor(slug: string, variables: Record<string, string>): Promise<void> {
  const { REDIS_URL: _, ...alone } = variables
  const env = { ...alone, FORCE_HTTPS: 'false', ALLOW_PRIVATE_ENDPOINTS: 'true' }
  const args = ['src/node/doctor.ts', '--host', host, '--json']
  const { stdout } = await run('node', args, { cwd: slug, env }).catch((error: { stdout: string }) => error)
  const { findings }: { findings: { id: string; outcome: string; said: string }[] } = JSON.parse(stdout)
  for (const id of ['storage.list', 'publisher.email', 'ai']) {
    const found = findings.find((finding) => finding.id === id)
    if (found?.outcome !== 'ok') throw new Error(`The doctor reported ${id}: ${found?.said}`)
    say(`doctor, ${id}: ${found.said}`)
  }
}

/** Runs the programs of a one-off dyno and the container's health check. Throws on an unexpected exit code. */
export async function checkPrograms(
  slug: string,
  { port }: Dyno,
  variables: Record<string, string>,
): Promise<void> {
  const [, ...healthCheck] = await healthCheckCommand()
  const programs: [string[], number][] = [
    [['src/node/publish.ts'], 2],
    [healthCheck, 0],
  ]
  for (const [args, expected] of programs) {
    const env = { ...variables, FORCE_HTTPS: 'false', PORT: String(port) }
    const child = spawn('node', args, { cwd: slug, env, stdio: 'ignore' })
    const [code] = await once(child, 'exit')
    if (code !== expected)
      throw new Error(`node ${args.join(' ')} exited with ${code} instead of ${expected}`)
    say(`node ${args[0] === '-e' ? '-e (health check)' : args.join(' ')}: exit ${code}`)
  }
}
