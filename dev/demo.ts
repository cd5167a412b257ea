/** `npm run demo`: the orchestrator, three tenants with storages of three kinds, emulated vendors, and the publisher, on this machine. */
import { createWriteStream } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { startOrchestrator } from '../orchestrator/server.ts'
import { startNodeHost } from '../src/node.ts'
import { buildWhereStale } from './demo/build.ts'
import { greeting } from './demo/greeting.ts'
import { ownPhotos, samplePhotos } from './demo/photos.ts'
import { freePort } from './demo/ports.ts'
import { localStorage, startDropbox, startS3 } from './demo/storages.ts'
import { type DemoTenant, orchestratorFiles } from './demo/tenants.ts'
import { startVendors } from './demo/vendors.ts'
import { startOidcProvider } from './emulators/oidc.ts'
import { startWorkerHost, type WorkerHostOptions } from './worker-host.ts'

const usage = `npm run demo -- [--photos DIR] [--port 8080] [--domain localhost] [--state .demo]
    --photos DIR   shows your own photos at alice's address; they stay where and as they are
    --port N       where to listen; the next free port is taken where it is in use
    --domain NAME  below which the galleries lie, such as demo.localhost: there one sign-in counts for all of them
    --state DIR    where the demo keeps its files`

const project = fileURLToPath(new URL('../', import.meta.url))
/** Browsers find these on this machine by themselves. */
const localDomain = /^([a-z0-9-]+\.)*localhost$/
const serviceToken = 'demo-service-token-of-this-machine'

interface Part {
  name: string
  close(): Promise<unknown>
}

async function main(): Promise<void> {
  const { photos, port, domain: baseDomain, worker, state } = readArguments()
  await mkdir(state, { recursive: true })
  console.log('Starting the demo ...')
  await buildWhereStale(project, worker)
  const directories = await samplePhotos(state)
  // The channels begin empty, so nothing has been published yet.
  await rm(join(directories.alice, '.publisher'), { recursive: true, force: true })
  if (photos) directories.alice = worker ? photos : await ownPhotos(state, 'alice', photos)

  const parts: Part[] = []
  const s3 = await startS3()
  parts.push({ name: 'S3', close: s3.close })
  const dropbox = await startDropbox('carol', directories.carol)
  parts.push({ name: 'Dropbox', close: dropbox.close })
  const tenants: DemoTenant[] = [
    {
      name: 'alice',
      // A Worker has no disk.
      storage: worker ? await s3.storage('alice', directories.alice) : localStorage(directories.alice),
      admin: 'alice@example.org',
      isReadOnly: photos !== undefined && !worker,
      appearance: { title: 'Alice in Rope' },
    },
    {
      name: 'bob',
      storage: await s3.storage('bob', directories.bob),
      admin: 'bob@example.org',
      isReadOnly: false,
      // Readable on dark, too pale on light: there the page keeps its own.
      appearance: { title: 'Bob’s Darkroom', accent_color: '#7fd1c7', background_color: '#0b1416' },
    },
    {
      name: 'carol',
      storage: dropbox.storage,
      admin: null,
      isReadOnly: false,
      appearance: { title: 'Carol’s Knots', accent_color: '#a3205c' },
    },
  ]
  const vendors = await startVendors(
    tenants.map(({ name }) => name),
    port + 20,
  )
  parts.push({ name: 'Telegram, OpenAI and mail', close: vendors.close })
  const orchestrator = await startDemoOrchestrator(
    state,
    port + 10,
    orchestratorFiles(tenants, vendors, baseDomain),
  )
  parts.push({ name: 'orchestrator', close: orchestrator.close })

  const listenOn = await freePort(port)
  if (listenOn !== port) console.log(`Port ${port} is in use, so ${listenOn} is taken.`)
  const signIn = await startOidcProvider({
    port: port + 15,
    callbackOrigins: [`http://app.${baseDomain}:${listenOn}`],
    people: tenants.flatMap(({ admin }) => admin ?? []),
  })
  parts.push({ name: 'sign-in', close: signIn.close })
  const log = createWriteStream(join(state, 'publisher.log'))
  const write = (line: string) => log.write(`${line}\n`)
  const variables = {
    PORT: String(listenOn),
    ORCHESTRATOR_BASE_URL: orchestrator.url,
    ORCHESTRATOR_SERVICE_TOKEN: serviceToken,
    ORCHESTRATOR_BASE_DOMAIN: baseDomain,
    OIDC_ISSUER_URL: signIn.issuer,
    AUTH0_CLIENT_ID: signIn.clientId,
    AUTH0_CLIENT_SECRET: signIn.clientSecret,
    WEB_SESSION_SECRET: 'a-secret-for-the-demo-on-this-machine-only',
    WEB_SECURE_COOKIES: 'false',
    FORCE_HTTPS: 'false',
    ALLOW_PRIVATE_ENDPOINTS: 'true',
    DROPBOX_APP_KEY: dropbox.app.key,
    DROPBOX_APP_SECRET: dropbox.app.secret,
    DROPBOX_BASE_URL: dropbox.url,
    OPENAI_BASE_URL: vendors.openaiUrl,
    TELEGRAM_API_BASE_URL: vendors.telegramUrl,
    LOCAL_STORAGE_ROOT: dirname(directories.alice),
  }
  parts.push({ name: 'publisher', close: await startHost(worker, { variables, port: listenOn, write }) })
  endOnSignal(parts)
  const { issuer } = signIn
  console.log(
    greeting({
      tenants,
      vendors,
      baseDomain,
      port: listenOn,
      issuer,
      orchestrator: orchestrator.url,
      worker,
      state,
    }),
  )
}

/** Gives the function that ends it. */
async function startHost(worker: boolean, options: WorkerHostOptions): Promise<() => Promise<void>> {
  if (worker) return (await startWorkerHost(options)).close
  const host = await startNodeHost(options)
  return () => host.close(0)
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        photos: { type: 'string' },
        port: { type: 'string', default: '8080' },
        domain: { type: 'string', default: 'localhost' },
        worker: { type: 'boolean', default: false },
        state: { type: 'string', default: join(project, '.demo') },
      },
    })
    const port = Number(values.port)
    if (!Number.isInteger(port) || port < 1 || port > 65_000)
      throw new RangeError(`${values.port} is no port`)
    if (!localDomain.test(values.domain)) throw new RangeError(`${values.domain} is not below localhost`)
    return { ...values, port }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exit(2)
  }
}

/** Writes the orchestrator's two files and starts it on them, so that an edit can be seen to take effect. */
async function startDemoOrchestrator(
  state: string,
  firstPort: number,
  { tenants, secrets }: ReturnType<typeof orchestratorFiles>,
) {
  const tenantsFile = join(state, 'tenants.yaml')
  const secretsFile = join(state, 'secrets.yaml')
  await writeFile(tenantsFile, stringify(tenants))
  await writeFile(secretsFile, stringify(secrets), { mode: 0o600 })
  const audit = createWriteStream(join(state, 'orchestrator-audit.log'))
  return startOrchestrator({
    port: await freePort(firstPort),
    hostname: '127.0.0.1',
    tenantsFile,
    secretsFile,
    variables: {},
    tokens: [serviceToken],
    audit: (line) => audit.write(`${JSON.stringify(line)}\n`),
    onBadEdit: (reason) => console.error(`${tenantsFile} was not taken over: ${reason}`),
  })
}

function endOnSignal(parts: readonly Part[]): void {
  let ending = false
  const end = async () => {
    if (ending) return
    ending = true
    console.log('\nEnding ...')
    // The last one started is the first to go: it uses the others.
    for (const { name, close } of parts.toReversed()) {
      await close().catch((error: unknown) =>
        console.error(`The ${name} did not end cleanly: ${String(error)}`),
      )
    }
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Miniflare's own handler would end the process before the parts are closed.
    process.removeAllListeners(signal)
    process.on(signal, end)
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
})
