/** Time of analyze and publish besides the vendors' own latency, and peak memory of eight concurrent tenants. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startOpenAiEmulator } from '../dev/emulators/openai.ts'
import { startTelegramEmulator } from '../dev/emulators/telegram.ts'
import { startOrchestrator } from '../test/support/fakes/orchestrator.ts'
import { cookieOf, signInVariables } from '../test/support/fixtures/admin.ts'
import { baseDomain, serviceToken, sessionSecret } from '../test/support/fixtures/fleet.ts'
import { sendTo } from '../test/support/fixtures/http-client.ts'
import { noisyPhoto } from './noisy-photo.ts'
import { memoryOf } from './process-memory.ts'
import { startServer } from './server-process.ts'
import { median, type Table } from './table.ts'
import { dynoSettings } from './thumbnail-memory.ts'

const vendorMs = 200
const runs = 7
const tenantsAtOnce = 8

interface Studio {
  pid: number
  /** Adds a tenant with an empty gallery. Returns its folder. */
  open(tenant: string): Promise<string>
  post(tenant: string, photo: string, action: string): Promise<number>
  close(): Promise<void>
}

export async function measureWorkflow(): Promise<Table[]> {
  const small = await noisyPhoto(1200, 800)
  const large = await noisyPhoto(6000, 4000)
  return [await shares({ 'a 1-megapixel JPEG': small, 'a 24-megapixel JPEG': large }), await memory(large)]
}

/** Measures our share of the time. Analysis asks the AI twice in sequence; publishing sends once. */
async function shares(photos: Readonly<Record<string, Buffer>>): Promise<Table> {
  const rows: string[][] = []
  for (const [title, photo] of Object.entries(photos)) {
    const studio = await startStudio({})
    const times = { analyze: [] as number[], publish: [] as number[] }
    for (let run = 0; run < runs; run++) {
      const tenant = `run${run}`
      await writeFile(join(await studio.open(tenant), 'a.jpg'), distinct(photo, run))
      times.analyze.push(await studio.post(tenant, 'a.jpg', 'analyze'))
      times.publish.push(await studio.post(tenant, 'a.jpg', 'publish'))
    }
    for (const [action, vendors] of [
      ['analyze', 2 * vendorMs],
      ['publish', vendorMs],
    ] as const) {
      const total = median(times[action])
      rows.push([`${action} ${title}`, total.toFixed(0), vendors.toFixed(0), (total - vendors).toFixed(0)])
    }
    await studio.close()
  }
  return {
    title: 'Analyze and publish around the vendors’ own latency',
    columns: ['what', 'total, ms', 'vendors, ms', 'our share, ms'],
    rows,
    note: `Each vendor call takes ${vendorMs} ms. Median of ${runs} runs, each the first of a new tenant, including configuration, credentials and the photo’s digest. Photos are on disk.`,
  }
}

async function memory(photo: Buffer): Promise<Table> {
  const row = async (title: string, settings: Record<string, string>) => {
    const studio = await startStudio(settings)
    const tenants = Array.from({ length: tenantsAtOnce }, (_, index) => `memory${index}`)
    for (const [index, tenant] of tenants.entries()) {
      await writeFile(join(await studio.open(tenant), 'a.jpg'), distinct(photo, index))
    }
    const start = performance.now()
    await Promise.all(tenants.map((tenant) => studio.post(tenant, 'a.jpg', 'analyze')))
    await Promise.all(tenants.map((tenant) => studio.post(tenant, 'a.jpg', 'publish')))
    const seconds = (performance.now() - start) / 1000
    const { peak } = await memoryOf(studio.pid)
    await studio.close()
    return [title, peak.toFixed(0), seconds.toFixed(1)]
  }
  return {
    title: `Memory of ${tenantsAtOnce} tenants who analyze and publish a 24-megapixel photo concurrently`,
    columns: ['Node host', 'max RSS, MB', 'seconds'],
    rows: [await row('default', {}), await row('with the settings of app.json', dynoSettings)],
    note: 'Limit: 512 MB. All requests succeed.',
  }
}

/** Starts the publisher in a separate process, with an orchestrator, an AI and Telegram in this process. */
async function startStudio(settings: Record<string, string>): Promise<Studio> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-workflow-'))
  const orchestrator = await startOrchestrator()
  const openai = await startOpenAiEmulator({ keys: ['key'], delayMs: vendorMs })
  const telegram = await startTelegramEmulator({ bots: [], delayMs: vendorMs })
  const server = await startServer('publisher', 'publisher.ts', {
    NODE_OPTIONS: dynoSettings.NODE_OPTIONS,
    ...settings,
    ...signInVariables,
    PORT: '0',
    ORCHESTRATOR_BASE_URL: orchestrator.url,
    ORCHESTRATOR_SERVICE_TOKEN: serviceToken,
    ORCHESTRATOR_BASE_DOMAIN: baseDomain,
    WEB_SESSION_SECRET: sessionSecret,
    ALLOW_PRIVATE_ENDPOINTS: 'true',
    OPENAI_BASE_URL: openai.url,
    TELEGRAM_API_BASE_URL: telegram.url,
    LOCAL_STORAGE_ROOT: directory,
  })
  const cookie = await cookieOf()
  let bots = 10_000
  return {
    pid: server.child.pid ?? 0,
    async open(tenant) {
      const root = join(directory, tenant)
      await mkdir(root)
      const id = ++bots
      const token = `${id}:${'x'.repeat(35)}`
      telegram.addBot({ token, chats: [{ id: -id, title: tenant }] })
      orchestrator.tenants.set(`${tenant}.${baseDomain}`, { config: configOf(-id) })
      orchestrator.credentials.set(`${tenant}/ai`, { provider: 'openai', api_key: 'key' })
      orchestrator.credentials.set(`${tenant}/bot`, { provider: 'telegram', bot_token: token })
      return root
    },
    async post(tenant, photo, action) {
      const start = performance.now()
      const headers = { 'x-forwarded-proto': 'https', 'sec-fetch-site': 'same-origin', cookie }
      const path = `/api/images/${photo}/${action}`
      const response = await sendTo(server.port, `${tenant}.${baseDomain}`, path, { method: 'POST', headers })
      const body = await response.json()
      if (response.status !== 200 || body.any_success === false) {
        throw new Error(`${action} failed: ${JSON.stringify(body)}`)
      }
      return performance.now() - start
    },
    async close() {
      server.child.kill()
      await Promise.all([orchestrator.close(), openai.close(), telegram.close()])
      await rm(directory, { recursive: true })
    },
  }
}

function configOf(chat: number): Record<string, unknown> {
  return {
    features: { auto_view_enabled: true, publish_enabled: true, analyze_caption_enabled: true },
    auth: { allowed_emails: [`admin@${baseDomain}`] },
    storage: { provider: 'local', paths: { root: '/' } },
    ai: { credentials_ref: 'ai' },
    publishers: [{ id: 'channel', type: 'telegram', credentials_ref: 'bot', config: { channel_id: chat } }],
  }
}

/** Returns another file with the same picture. Decoders ignore bytes after the end of a JPEG. */
function distinct(photo: Buffer, index: number): Buffer {
  return Buffer.concat([photo, Buffer.from([index])])
}
