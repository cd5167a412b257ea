/** Time of publishing a photo to six channels at once besides the platforms' own time, and peak memory of eight tenants who do so. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startOrchestrator } from '../test/support/fakes/orchestrator.ts'
import { cookieOf, signInVariables } from '../test/support/fixtures/admin.ts'
import { baseDomain, serviceToken, sessionSecret } from '../test/support/fixtures/fleet.ts'
import { sendTo } from '../test/support/fixtures/http-client.ts'
import { noisyPhoto } from './noisy-photo.ts'
import { memoryOf } from './process-memory.ts'
import { channels, type Span, startPlatforms } from './publish-all/platforms.ts'
import { startServer } from './server-process.ts'
import { median, type Table } from './table.ts'
import { dynoSettings } from './thumbnail-memory.ts'

const vendorMs = 200
const runs = 7
const tenantsAtOnce = 8

export async function measurePublishAll(): Promise<Table[]> {
  const photo = await noisyPhoto(6000, 4000)
  return [await shares(photo), await memory(photo)]
}

/** Returns the time of the span during which no other span runs. */
export function timeOutside({ from, to }: Span, others: readonly Span[]): number {
  let outside = 0
  let at = from
  for (const other of [...others].sort((one, next) => one.from - next.from)) {
    if (other.from >= to) break
    outside += Math.max(0, other.from - at)
    // A span without an end counts as ours.
    at = Math.max(at, Number.isNaN(other.to) ? other.from : other.to)
  }
  return outside + Math.max(0, to - at)
}

async function shares(photo: Buffer): Promise<Table> {
  const rows = []
  for (const isAnalyzed of [true, false]) {
    const studio = await startStudio({})
    const measured: { total: number; own: number }[] = []
    for (let run = 0; run < runs; run++) {
      const tenant = `${isAnalyzed ? 'analyzed' : 'direct'}${run}`
      await studio.open(tenant, distinct(photo, run))
      if (isAnalyzed) await studio.post(tenant, 'analyze')
      const span = await studio.post(tenant, 'publish')
      measured.push({ total: span.to - span.from, own: timeOutside(span, studio.spans()) })
    }
    await studio.close()
    const total = median(measured.map(({ total }) => total))
    const own = median(measured.map(({ own }) => own))
    const title = isAnalyzed ? 'after an analysis' : 'without an analysis'
    rows.push([title, total.toFixed(0), (total - own).toFixed(0), own.toFixed(0)])
  }
  return {
    title: 'Publish a 24-megapixel photo to six channels at once',
    columns: ['when', 'total, ms', 'platforms, ms', 'our share, ms'],
    rows,
    note: `Telegram twice, mail, Instagram, Bluesky and Mastodon. Our share is the time in which no platform has a request of ours; the limit is 200 ms. Platforms answer after ${vendorMs} ms or more. Median of ${runs} runs, each the first of a new tenant. Photos are on disk.`,
  }
}

async function memory(photo: Buffer): Promise<Table> {
  const studio = await startStudio(dynoSettings)
  const tenants = Array.from({ length: tenantsAtOnce }, (_, index) => `memory${index}`)
  for (const [index, tenant] of tenants.entries()) await studio.open(tenant, distinct(photo, index))
  const from = Date.now()
  await Promise.all(tenants.map((tenant) => studio.post(tenant, 'analyze')))
  await Promise.all(tenants.map((tenant) => studio.post(tenant, 'publish')))
  const seconds = (Date.now() - from) / 1000
  const { peak } = await memoryOf(studio.pid)
  await studio.close()
  return {
    title: `Memory of ${tenantsAtOnce} tenants who analyze a 24-megapixel photo and publish it to six channels concurrently`,
    columns: ['Node host', 'max RSS, MB', 'seconds'],
    rows: [['with the settings of app.json', peak.toFixed(0), seconds.toFixed(1)]],
    note: 'Limit: 512 MB. All posts succeed.',
  }
}

/** Starts the publisher in a separate process. The Bluesky server has a process too, the other platforms run in this process. */
async function startStudio(settings: Record<string, string>) {
  const directory = await mkdtemp(join(tmpdir(), 'bench-publish-all-'))
  const orchestrator = await startOrchestrator()
  const platforms = await startPlatforms(vendorMs)
  const server = await startServer('publisher', 'publisher.ts', {
    NODE_OPTIONS: dynoSettings.NODE_OPTIONS,
    ...settings,
    ...signInVariables,
    ...platforms.variables,
    PORT: '0',
    ORCHESTRATOR_BASE_URL: orchestrator.url,
    ORCHESTRATOR_SERVICE_TOKEN: serviceToken,
    ORCHESTRATOR_BASE_DOMAIN: baseDomain,
    WEB_SESSION_SECRET: sessionSecret,
    LOCAL_STORAGE_ROOT: directory,
  })
  platforms.servePicturesAt(server.port)
  const cookie = await cookieOf()
  return {
    pid: server.child.pid ?? 0,
    spans: platforms.spans,
    /** Adds a tenant with one photo and six channels. */
    async open(tenant: string, photo: Buffer) {
      await mkdir(join(directory, tenant))
      await writeFile(join(directory, tenant, 'a.jpg'), photo)
      // Instagram forbids nudity, which is the default rating.
      await writeFile(join(directory, tenant, 'a.txt'), 'Rope and light.\n\n# ---\n# rating: general\n')
      const { publishers, emailServer, credentials } = await platforms.open(tenant)
      const config = { ...baseConfig, publishers, email_server: emailServer }
      orchestrator.tenants.set(`${tenant}.${baseDomain}`, { config })
      for (const [name, value] of Object.entries(credentials)) {
        orchestrator.credentials.set(`${tenant}/${name}`, value)
      }
    },
    async post(tenant: string, action: 'analyze' | 'publish'): Promise<Span> {
      const from = Date.now()
      const headers = { 'x-forwarded-proto': 'https', 'sec-fetch-site': 'same-origin', cookie }
      const path = `/api/images/a.jpg/${action}`
      const response = await sendTo(server.port, `${tenant}.${baseDomain}`, path, { method: 'POST', headers })
      const body = await response.json()
      const to = Date.now()
      const isDone = action === 'analyze' || channels.every((channel) => body.results?.[channel]?.success)
      if (response.status !== 200 || !isDone) throw new Error(`${action} failed: ${JSON.stringify(body)}`)
      return { from, to }
    },
    async close() {
      server.child.kill()
      await Promise.all([orchestrator.close(), platforms.close()])
      await rm(directory, { recursive: true })
    },
  }
}

const baseConfig = {
  features: { auto_view_enabled: true, publish_enabled: true, analyze_caption_enabled: true },
  auth: { allowed_emails: [`admin@${baseDomain}`] },
  storage: { provider: 'local', paths: { root: '/' } },
  ai: { credentials_ref: 'ai' },
}

/** Returns another file with the same picture. Decoders ignore bytes after the end of a JPEG. */
function distinct(photo: Buffer, index: number): Buffer {
  return Buffer.concat([photo, Buffer.from([index])])
}
