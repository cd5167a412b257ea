/**
 * Environment of the hosts on loopback: orchestrator, a real Redis, storages, channels and an AI, each of
 * which can fail on demand.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDropboxEmulator } from '../dev/emulators/dropbox.ts'
import { type OpenAiEmulator, startOpenAiEmulator } from '../dev/emulators/openai.ts'
import { startR2 } from '../dev/emulators/r2.ts'
import { startTelegramEmulator, type TelegramEmulator } from '../dev/emulators/telegram.ts'
import { startOrchestrator, type TestOrchestrator } from '../test/support/fakes/orchestrator.ts'
import { type MailServerOnLoopback, startMailServer } from '../test/support/fakes/smtp-servers.ts'
import { cookieOf, signInVariables } from '../test/support/fixtures/admin.ts'
import { baseDomain, serviceToken, sessionSecret } from '../test/support/fixtures/fleet.ts'
import { type RedisServer, startRedisServer } from '../test/support/fixtures/redis-server.ts'
import {
  openStoredOrchestrator,
  type StoredOrchestrator,
} from '../test/support/fixtures/stored-orchestrator.ts'
import { apiKey, botToken, chatOf, furnish, knowsPassword } from '../test/support/fixtures/studio.ts'
import { startMailGate } from './mail-gate.ts'
import { type Distance, startStorageGates } from './storage-gate.ts'
import { app, fill, openTenant, type Tenant } from './tenants.ts'
import { createEmulatorFaults, orchestratorAnswer, type Troubles } from './troubles.ts'

export interface World {
  tenants: readonly Tenant[]
  /** Injects faults in front of the process. */
  orchestrator: TestOrchestrator
  /** The orchestrator's program, on SQLite. */
  stored: StoredOrchestrator
  telegram: TelegramEmulator
  openai: OpenAiEmulator
  mail: MailServerOnLoopback
  /** Distance to S3 and Dropbox. */
  storage: Distance
  /** Redis shared by the hosts. */
  redis: RedisServer
  /** Environment variables of each host. */
  variables: Record<string, string>
  /** Cookie headers of the tenants' admins. */
  cookies: ReadonlyMap<string, string>
  close(): Promise<void>
}

/** Viewer limit per client and gallery, low enough that a scraper reaches it in a short run. */
export const viewerLimit = 200

/** Bearer token for `/metrics`. */
export const metricsToken = 'canary-metrics-token-canary-metrics-token'

export function emailOf(tenant: string): string {
  return `admin-of-${tenant}@${baseDomain}`
}

/** Starts the environment and fills the storages of `count` tenants. Requests to S3 and Dropbox take `storageMs` longer. */
export async function startWorld(count: number, storageMs: number, troubles: Troubles): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'soak-'))
  const dropbox = createDropboxEmulator({ app })
  const [dropboxServer, r2, orchestrator, telegram, openai, mail, redis] = await Promise.all([
    dropbox.listen(),
    startR2(),
    startOrchestrator(),
    startTelegramEmulator({ bots: [] }),
    startOpenAiEmulator({ keys: [] }),
    startMailServer({ onAuth: knowsPassword }),
    startRedisServer(),
  ])
  const endpoint = new URL(r2.endpoint)
  const { gate, distance, begin } = await startStorageGates(
    Number(endpoint.port),
    dropbox,
    troubles,
    storageMs,
  )
  const mailGate = await startMailGate(mail.port, () => troubles.of('smtp'))
  const s3Endpoint = `http://127.0.0.1:${gate.port}${endpoint.pathname}`

  const tenants: Tenant[] = []
  for (let index = 0; index < count; index++) {
    const tenant = await openTenant(index, {
      directory,
      dropbox,
      dropboxUrl: dropboxServer.url,
      r2,
      s3Endpoint,
    })
    tenants.push(tenant)
    await fill(tenant)
    register(tenant, { orchestrator, telegram, openai, mailPort: mailGate.port })
  }

  const stored = await startStored(directory, orchestrator)
  const faultOf = await createEmulatorFaults()
  await begin()
  telegram.interfere(() => faultOf('telegram', troubles.of('telegram')))
  openai.interfere(() => faultOf('openai', troubles.of('openai')))
  orchestrator.script = async (call) =>
    (await orchestratorAnswer(troubles.of('orchestrator'))) ?? stored.forward(call)

  return {
    tenants,
    orchestrator,
    stored,
    telegram,
    openai,
    mail,
    storage: distance,
    redis,
    variables: {
      ...signInVariables,
      ORCHESTRATOR_BASE_URL: orchestrator.url,
      ORCHESTRATOR_SERVICE_TOKEN: serviceToken,
      ORCHESTRATOR_BASE_DOMAIN: baseDomain,
      WEB_SESSION_SECRET: sessionSecret,
      ALLOW_PRIVATE_ENDPOINTS: 'true',
      DROPBOX_APP_KEY: app.key,
      DROPBOX_APP_SECRET: app.secret,
      DROPBOX_BASE_URL: dropboxServer.url,
      TELEGRAM_API_BASE_URL: telegram.url,
      OPENAI_BASE_URL: openai.url,
      REDIS_URL: redis.url,
      METRICS_TOKEN: metricsToken,
      LOCAL_STORAGE_ROOT: directory,
      VIEWER_REQUESTS_PER_5_MINUTES: String(viewerLimit),
    },
    cookies: await cookiesOf(tenants),
    async close() {
      const servers = [dropboxServer, r2, orchestrator, telegram, openai, mail, gate, mailGate]
      await Promise.all([...servers.map((server) => server.close()), redis.kill()])
      await stored.close()
      await rm(directory, { recursive: true })
    },
  }
}

async function cookiesOf(tenants: readonly Tenant[]): Promise<ReadonlyMap<string, string>> {
  const cookies = tenants.map(async ({ name }) => [name, await cookieOf(emailOf(name))] as const)
  return new Map(await Promise.all(cookies))
}

/** Starts the orchestrator's program with the tenants of the fake. */
async function startStored(directory: string, orchestrator: TestOrchestrator): Promise<StoredOrchestrator> {
  const stored = await openStoredOrchestrator({ ORCHESTRATOR_DATA_DIR: join(directory, 'orchestrator') })
  await stored.store(orchestrator)
  await stored.start()
  return stored
}

/** Registers the tenant with the orchestrator and the channels. */
function register(
  { name, config, credentials, isShortLived }: Tenant,
  {
    orchestrator,
    telegram,
    openai,
    mailPort,
  }: Pick<World, 'orchestrator' | 'telegram' | 'openai'> & { mailPort: number },
): void {
  orchestrator.tenants.set(`${name}.${baseDomain}`, {
    config: { storage: config },
    ttl_seconds: isShortLived ? 5 : 600,
  })
  if (credentials) orchestrator.credentials.set(`${name}/${name}-storage`, credentials)
  const own = { auth: { allowed_emails: [emailOf(name)] } }
  furnish({ orchestrator }, name, own, mailPort)
  const chat = { id: -1_000_000_000_000 - chatOf(name), title: name }
  telegram.addBot({ token: botToken(name), chats: [chat] })
  openai.addKey(apiKey(name))
}
