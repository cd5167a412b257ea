/**
 * Proves that what Heroku would build runs: copies what its slug holds to an empty folder, goes through the buildpack's steps, starts
 * the Procfile's own command with production dependencies only, asks it like the router does, lets it load what is loaded late, and ends
 * it by SIGTERM.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { SMTPServer } from 'smtp-server'
import { startOpenAiEmulator } from '../dev/emulators/openai.ts'
import { endWithHelp } from '../src/node/usage.ts'
import { buildSteps, healthCheckCommand, presetVariables, project, webCommand } from './deployment.ts'

const run = promisify(execFile)
const say = (text: string) => process.stdout.write(`${text}\n`)

const host = 'alice.shibari.photo'
/** Heroku's limit of a slug. */
const maxSlugBytes = 500_000_000
/** From SIGTERM to SIGKILL on Heroku. */
const endsWithinMs = 30_000
const limitMs = 600_000
const logWithinMs = 20_000

/** The environment of a build or a dyno: nothing of this shell's npm goes in. */
const clean = {
  HOME: process.env.HOME ?? '',
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
}

/** Copies what git knows of the working tree, without what `.slugignore` names. */
async function copySlug(to: string): Promise<void> {
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: project,
    maxBuffer: 2 ** 26,
  })
  const ignored = (await readFile(`${project}.slugignore`, 'utf8')).split('\n').filter(Boolean)
  const names = stdout
    .split('\0')
    .filter((name) => name !== '' && !ignored.some((prefix) => `/${name}`.startsWith(`${prefix}/`)))
  for (const name of names) {
    // Deleted in the working tree, and not yet in the index.
    if (!(await stat(`${project}${name}`).catch(() => null))) continue
    await mkdir(dirname(join(to, name)), { recursive: true })
    await cp(`${project}${name}`, join(to, name))
  }
}

async function build(slug: string): Promise<void> {
  for (const step of buildSteps) {
    const startedAt = performance.now()
    const [program = '', ...args] = step.split(' ')
    await run(program, args, { cwd: slug, env: clean, maxBuffer: 2 ** 26 })
    say(`${step.padEnd(28)} ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  }
}

/** What must not be there: a development dependency that the program could have been using. */
async function checkPruned(slug: string): Promise<void> {
  const { devDependencies }: { devDependencies: Record<string, string> } = JSON.parse(
    await readFile(join(slug, 'package.json'), 'utf8'),
  )
  const { packages }: { packages: Record<string, { dev?: boolean }> } = JSON.parse(
    await readFile(join(slug, 'package-lock.json'), 'utf8'),
  )
  for (const name of Object.keys(devDependencies)) {
    const isDevOnly = packages[`node_modules/${name}`]?.dev === true
    if (isDevOnly && (await stat(join(slug, 'node_modules', name)).catch(() => null))) {
      throw new Error(`${name} is a development dependency and is still there.`)
    }
  }
}

async function bytesIn(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true })
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

/** An AI and a mail server on this machine, which take these secrets. */
interface Vendors {
  openaiUrl: string
  mailPort: number
  close(): Promise<void>
}

const apiKey = 'proof-key'
const mailPassword = 'proof-password'

async function startVendors(): Promise<Vendors> {
  const openai = await startOpenAiEmulator({ keys: [apiKey], models: ['gpt-4o', 'gpt-4o-mini'] })
  const mail = new SMTPServer({
    logger: false,
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      if (password === mailPassword) done(null, { user: username ?? '' })
      else done(new Error('Invalid login'))
    },
  })
  // Clients that hang up in the middle.
  mail.on('error', () => undefined)
  mail.listen(0, '127.0.0.1')
  await once(mail.server, 'listening')
  const address = mail.server.address()
  if (address === null || typeof address === 'string') throw new TypeError('unreachable')
  return {
    openaiUrl: openai.url,
    mailPort: address.port,
    async close() {
      await Promise.all([openai.close(), new Promise<void>((resolve) => mail.close(() => resolve()))])
    },
  }
}

/** A photographer with one photo on disk, as a dedicated app would have it, who captions by the AI and publishes by mail. */
async function photographer(
  directory: string,
  { openaiUrl, mailPort }: Vendors,
): Promise<Record<string, string>> {
  const { default: sharp } = await import('sharp')
  const photos = join(directory, 'photos')
  await mkdir(photos, { recursive: true })
  await sharp({ create: { width: 900, height: 600, channels: 3, background: '#a03020' } })
    .jpeg()
    .toFile(join(photos, 'dusk.jpg'))
  const configFile = join(directory, 'alice.json')
  await writeFile(
    configFile,
    JSON.stringify({
      tenant: 'alice',
      config: {
        features: { auto_view_enabled: true },
        storage: { provider: 'local', paths: { root: photos } },
        ai: { credentials_ref: 'ai' },
        publishers: [{ type: 'fetlife', config: { recipient: 'upload@mail.example.org' } }],
        email_server: {
          ...{ host: '127.0.0.1', port: mailPort, use_tls: false },
          ...{ from_email: 'alice@mail.example.org', password_ref: 'mail' },
        },
      },
      credentials: {
        ai: { provider: 'openai', api_key: apiKey },
        mail: { provider: 'smtp', password: mailPassword },
      },
    }),
  )
  return {
    CONFIG_SOURCE: 'file',
    CONFIG_FILE: configFile,
    WEB_SESSION_SECRET: 'x'.repeat(32),
    OPENAI_BASE_URL: openaiUrl,
  }
}

const metricsToken = 'proof-metrics-token'
/** What is loaded only where the environment asks for it. Nothing listens there, and the program has to work all the same. */
const optional = {
  METRICS_TOKEN: metricsToken,
  REDIS_URL: 'redis://127.0.0.1:1',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
}

interface Dyno {
  process: ChildProcess
  port: number
  /** Resolves when the log has this message. */
  says(msg: string): Promise<void>
}

async function start(slug: string, variables: Record<string, string>): Promise<Dyno> {
  const [program = '', ...args] = await webCommand()
  const startedAt = performance.now()
  const child = spawn(program, args, { cwd: slug, env: variables, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const said = new Set<string>()
  lines.on('line', (line) => said.add(JSON.parse(line).msg))
  const port = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The web process ended with ${code} before it listened.`)))
    lines.on('line', (line) => {
      const entry: { msg?: string; port?: number } = JSON.parse(line)
      if (entry.msg === 'listening' && entry.port !== undefined) resolve(entry.port)
    })
  })
  say(
    `${[program, ...args].join(' ').padEnd(28)} listens after ${Math.round(performance.now() - startedAt)} ms`,
  )
  return {
    process: child,
    port,
    async says(msg) {
      while (!said.has(msg)) await once(lines, 'line', { signal: AbortSignal.timeout(logWithinMs) })
    },
  }
}

/** Asks as the router does. */
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

async function checkAnswers(port: number): Promise<void> {
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

/** What the doctor finds with the modules of the slug; it is the first one to load those of the AI and of mail. */
async function checkDoctor(slug: string, variables: Record<string, string>): Promise<void> {
  const { REDIS_URL: _, ...alone } = variables
  const env = { ...alone, FORCE_HTTPS: 'false', ALLOW_PRIVATE_ENDPOINTS: 'true' }
  const args = ['src/node/doctor.ts', '--host', host, '--json']
  const { stdout } = await run('node', args, { cwd: slug, env }).catch((error: { stdout: string }) => error)
  const { findings }: { findings: { id: string; outcome: string; said: string }[] } = JSON.parse(stdout)
  for (const id of ['storage.list', 'publisher.email', 'ai']) {
    const found = findings.find((finding) => finding.id === id)
    if (found?.outcome !== 'ok') throw new Error(`The doctor found of ${id}: ${found?.said}`)
    say(`doctor, ${id}: ${found.said}`)
  }
}

/** The programs for a one-off dyno, and the container's health check, in the same slug. */
async function checkPrograms(slug: string, { port }: Dyno, variables: Record<string, string>): Promise<void> {
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
      throw new Error(`node ${args.join(' ')} ended with ${code}, expected was ${expected}`)
    say(`node ${args[0] === '-e' ? '-e (health check)' : args.join(' ')}: exit ${code}`)
  }
}

async function memoryOf({ pid }: ChildProcess): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN)
  return `${Math.round(kilobytes / 1000)} MB resident`
}

async function end({ process: child }: Dyno): Promise<void> {
  const memory = await memoryOf(child)
  const startedAt = performance.now()
  const exit = once(child, 'exit', { signal: AbortSignal.timeout(endsWithinMs) })
  child.kill('SIGTERM')
  const [code] = await exit
  if (code !== 0) throw new Error(`SIGTERM ended it with ${code}`)
  say(`SIGTERM: exit 0 after ${Math.round(performance.now() - startedAt)} ms; before, ${memory}`)
}

async function prove(folder: string): Promise<void> {
  const slug = join(folder, 'app')
  say(`Node ${process.versions.node}`)
  await copySlug(slug)
  await build(slug)
  await checkPruned(slug)
  const bytes = await bytesIn(slug)
  if (bytes > maxSlugBytes) throw new Error(`The slug has ${bytes} bytes, Heroku takes ${maxSlugBytes}.`)
  say(`${'slug, uncompressed'.padEnd(28)} ${Math.round(bytes / 1e6)} MB`)
  const vendors = await startVendors()
  const variables = {
    PATH: clean.PATH,
    NODE_ENV: 'production',
    PORT: '0',
    ...(await presetVariables()),
    ...optional,
    ...(await photographer(join(folder, 'photographer'), vendors)),
  }
  const dyno = await start(slug, variables)
  try {
    await dyno.says('redis down')
    await checkAnswers(dyno.port)
    await checkDoctor(slug, variables)
    await checkPrograms(slug, dyno, variables)
    await end(dyno)
    // The spans of all these requests had nowhere to go.
    await dyno.says('tracing is troubled')
  } finally {
    dyno.process.kill('SIGKILL')
    await vendors.close()
  }
}

endWithHelp('npm run prove:heroku: builds a slug as Heroku does, starts it and asks it; takes some minutes')
const folder = await mkdtemp(join(tmpdir(), 'publisher-slug-'))
const watchdog = setTimeout(() => {
  process.stderr.write(`The proof took longer than ${limitMs / 1000} s.\n`)
  process.exit(1)
}, limitMs)
try {
  await prove(folder)
} finally {
  clearTimeout(watchdog)
  await rm(folder, { recursive: true, force: true })
}
