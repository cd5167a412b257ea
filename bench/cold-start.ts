/** First visit of a tenant on a fresh process, with Dropbox and the orchestrator far away: time until the first photo, and the calls. */
import type { Browser } from 'playwright-core'
import { createDropboxEmulator } from '../dev/emulators/dropbox.ts'
import { desktop, openChromium } from '../scripts/chromium.ts'
import { startOrchestrator } from '../test/support/fakes/orchestrator.ts'
import { serviceToken, sessionSecret } from '../test/support/fixtures/fleet.ts'
import { type DelayProxy, startDelayProxy } from './delay-proxy.ts'
import { pictureShown, type Visit, watchFirstPhoto, whatWasSeen } from './first-photo.ts'
import { startServer } from './server-process.ts'
import { median, type Table, thousands } from './table.ts'
import { dynoSettings } from './thumbnail-memory.ts'
import { picture } from './thumbnail-originals.ts'

const runs = 7
const dropboxMs = 150
const orchestratorMs = 50
const photos = ['one', 'two', 'three', 'four', 'five']
const app = { key: 'app-key', secret: 'app-secret' }
const sidecar = '\n\n# ---\n# caption: Evening light.\n# caption_edited: True\n'

interface Step {
  what: string
  from: number
  to: number
}

interface ColdVisit extends Visit {
  /** Calls of the server and requests of the page, in milliseconds since the navigation began. */
  steps: Step[]
}

interface World {
  dropbox: DelayProxy
  orchestrator: DelayProxy
  close(): Promise<void>
}

export async function measureColdStart(): Promise<Table[]> {
  const world = await startWorld()
  const browser = await openChromium()
  try {
    const visits: ColdVisit[] = []
    // Lets the emulated Dropbox make its thumbnails, which the real Dropbox has already.
    for (const _ of photos) await visitFreshProcess(world, browser)
    for (let run = 0; run < runs; run++) visits.push(await visitFreshProcess(world, browser))
    return [summary(visits), waterfall(visits)]
  } finally {
    await browser.close()
    await world.close()
  }
}

async function startWorld(): Promise<World> {
  const emulator = createDropboxEmulator({ app })
  const account = emulator.addAccount('alice', 'refresh-token')
  const photo = await picture(1800, 1200).jpeg({ quality: 90 }).toBuffer()
  for (const name of photos) {
    await account.seed(`/Photos/${name}.jpg`, Buffer.concat([photo, Buffer.from(name)]))
    await account.seed(`/Photos/${name}.txt`, sidecar)
  }
  const server = await emulator.listen()
  const controlPlane = await startOrchestrator()
  const storage = { provider: 'dropbox', credentials_ref: 'storage', paths: { root: '/Photos' } }
  controlPlane.tenants.set('alice.localhost', { config: { features: { auto_view_enabled: true }, storage } })
  controlPlane.credentials.set('alice/storage', { provider: 'dropbox', refresh_token: 'refresh-token' })
  const dropbox = await startDelayProxy(server.url, dropboxMs, (path) => path.includes('get_thumbnail'))
  const orchestrator = await startDelayProxy(controlPlane.url, orchestratorMs)
  return {
    dropbox,
    orchestrator,
    async close() {
      await Promise.all([dropbox.close(), orchestrator.close(), server.close(), controlPlane.close()])
    },
  }
}

async function visitFreshProcess({ dropbox, orchestrator }: World, browser: Browser): Promise<ColdVisit> {
  const server = await startServer('publisher', 'publisher.ts', {
    ...dynoSettings,
    PORT: '0',
    ORCHESTRATOR_BASE_URL: orchestrator.url,
    ORCHESTRATOR_SERVICE_TOKEN: serviceToken,
    ORCHESTRATOR_BASE_DOMAIN: 'localhost',
    WEB_SESSION_SECRET: sessionSecret,
    FORCE_HTTPS: 'false',
    WEB_SECURE_COOKIES: 'false',
    ALLOW_PRIVATE_ENDPOINTS: 'true',
    DROPBOX_APP_KEY: app.key,
    DROPBOX_APP_SECRET: app.secret,
    DROPBOX_BASE_URL: dropbox.url,
  })
  for (const { calls } of [dropbox, orchestrator]) calls.length = 0
  const context = await browser.newContext(desktop)
  const page = await context.newPage()
  await page.addInitScript(watchFirstPhoto)
  await page.goto(`http://alice.localhost:${server.port}`)
  await pictureShown(page)
  await page.waitForLoadState('networkidle')
  const seen = await page.evaluate(whatWasSeen)
  const origin = await page.evaluate(() => performance.timeOrigin)
  await context.close()
  server.child.kill()
  const ofServer = [...orchestrator.calls, ...dropbox.calls].map(({ path, from, to }) => ({
    what: `server: ${path.replace(/\?.*/, '')}`,
    from: from - origin,
    to: to - origin,
  }))
  const ofPage = seen.way.map(({ what, from, to }) => ({ what: `page: ${what}`, from, to }))
  const steps = [...ofServer, ...ofPage].filter(({ from }) => from <= seen.photo)
  return { ...seen, steps: steps.toSorted((one, other) => one.from - other.from) }
}

function summary(visits: readonly ColdVisit[]): Table {
  const row = (what: string, pick: (visit: ColdVisit) => number, target = '') => {
    const values = visits.map(pick)
    const range = `${thousands(Math.min(...values))}..${thousands(Math.max(...values))}`
    return [what, thousands(median(values)), range, target]
  }
  const serverCalls = ({ steps }: ColdVisit) =>
    steps.filter(({ what }) => what.startsWith('server: /2/') || what.endsWith('/token')).length
  return {
    title: 'First visit of a tenant on a fresh process, Dropbox far away',
    columns: ['what', 'median', 'lowest..highest', 'target'],
    rows: [
      row('first photo visible, ms', ({ photo }) => photo, '1,200'),
      row('first contentful paint, ms', ({ firstPaint }) => firstPaint),
      row('calls to Dropbox until the photo', serverCalls),
    ],
    note: `Headless Chromium with a desktop's window, an empty cache and a fast line. Each call to Dropbox takes ${dropboxMs} ms more, each call to the orchestrator ${orchestratorMs} ms. Opening a connection costs nothing, and Dropbox has made its thumbnails before. ${runs} visits, each to a process that has answered no request.`,
  }
}

/** Shows what the median visit waited for. */
function waterfall(visits: readonly ColdVisit[]): Table {
  const middle = visits.toSorted((one, other) => one.photo - other.photo)[visits.length >> 1]
  return {
    title: 'Calls and requests until that photo',
    columns: ['what', 'began at, ms', 'ended at, ms'],
    rows: (middle?.steps ?? []).map(({ what, from, to }) => [
      // File names contain a hash of their content.
      what.replace(/-[\w-]{8}\./, '.'),
      thousands(from),
      Number.isNaN(to) ? 'later' : thousands(to),
    ]),
    note: 'The median visit of those above.',
  }
}
