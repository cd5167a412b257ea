/** First visit on a phone with a slow connection: time until the first photo, its requests, and layout shifts. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { openChromium, phone } from '../scripts/chromium.ts'
import { pictureShown, type Visit, watchFirstPhoto, whatWasSeen } from './first-photo.ts'
import { startServer } from './server-process.ts'
import { median, type Table, thousands } from './table.ts'
import { publisherEnvironment } from './throughput.ts'
import { picture } from './thumbnail-originals.ts'

const runs = 5
const photos = ['one.jpg', 'two.jpg', 'three.jpg']

const slowdown = 4

/** Network conditions. Chromium adds the latency to each request; connections and TLS cost nothing here. */
interface Line {
  megabitsDown: number
  megabitsUp: number
  latencyMs: number
}

/** Network of the target: a round trip of 150 ms. */
const target: Line = { megabitsDown: 1.6, megabitsUp: 0.75, latencyMs: 150 }
/**
 * Preset of Chromium's developer tools ("Fast 3G", later "Slow 4G"). Its latency per request covers several
 * round trips.
 */
const preset: Line = { megabitsDown: 1.44, megabitsUp: 0.675, latencyMs: 562.5 }

export async function measureWebApp(): Promise<Table[]> {
  const root = await mkdtemp(join(tmpdir(), 'bench-web-app-'))
  for (const name of photos) await picture(3000, 2000).jpeg({ quality: 90 }).toFile(join(root, name))
  const server = await startServer('publisher', 'publisher.ts', {
    ...(await publisherEnvironment(root)),
    ORCHESTRATOR_BASE_DOMAIN: 'localhost',
    FORCE_HTTPS: 'false',
    WEB_SECURE_COOKIES: 'false',
  })
  const browser = await openChromium()
  try {
    const origin = `http://alice.localhost:${server.port}`
    await warm(browser, origin)
    const visits: Visit[] = []
    const hardVisits: Visit[] = []
    for (let run = 0; run < runs; run++) {
      visits.push(await visit(browser, origin, target))
      hardVisits.push(await visit(browser, origin, preset))
    }
    return [summary(visits, hardVisits), waterfall(visits)]
  } finally {
    await browser.close()
    server.child.kill()
    await rm(root, { recursive: true })
  }
}

/** Views each photo on the same phone, so that the thumbnails of the measured visits exist. */
async function warm(browser: Browser, origin: string): Promise<void> {
  const context = await browser.newContext(phone)
  const page = await context.newPage()
  for (const name of photos) {
    await page.goto(`${origin}/?photo=${name}`)
    await pictureShown(page)
  }
  await context.close()
}

/** Measures a visit with an empty cache. */
async function visit(browser: Browser, origin: string, line: Line): Promise<Visit> {
  const context = await browser.newContext(phone)
  const page = await context.newPage()
  const devTools = await context.newCDPSession(page)
  await devTools.send('Network.enable')
  await devTools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: line.latencyMs,
    downloadThroughput: bytesPerSecond(line.megabitsDown),
    uploadThroughput: bytesPerSecond(line.megabitsUp),
  })
  await devTools.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  await page.addInitScript(watchFirstPhoto)
  await page.goto(origin)
  await pictureShown(page)
  // Later requests may still shift the layout.
  await page.waitForLoadState('networkidle')
  const seen = await page.evaluate(whatWasSeen)
  await context.close()
  return seen
}

function bytesPerSecond(megabits: number): number {
  return (megabits * 1_000_000) / 8
}

function summary(visits: readonly Visit[], hardVisits: readonly Visit[]): Table {
  const row = (what: string, pick: (visit: Visit) => number, goal: string, write = thousands) => {
    const values = visits.map(pick)
    const range = `${write(Math.min(...values))}..${write(Math.max(...values))}`
    return [what, write(median(values)), range, goal, write(median(hardVisits.map(pick)))]
  }
  return {
    title: 'First visit by phone over a slow connection',
    columns: ['what', 'median', 'lowest..highest', 'target', 'median with the developer tools’ preset'],
    rows: [
      row('first photo visible, ms', ({ photo }) => photo, '1,000'),
      row('first contentful paint, ms', ({ firstPaint }) => firstPaint, ''),
      row('bytes until the photo', ({ bytes }) => bytes, ''),
      row(
        'total layout shift',
        ({ layoutShift }) => layoutShift,
        '0',
        (value) => value.toFixed(3),
      ),
    ],
    note: `Headless Chromium with a phone's window and an empty cache, ${runs} visits each, alternating. The processor is ${slowdown} times slower. ${describe(target)}. Preset: ${describe(preset)}. There is no TLS, and opening a connection costs no round trip. All thumbnails exist already.`,
  }
}

function describe({ megabitsDown, megabitsUp, latencyMs }: Line): string {
  return `${megabitsDown} Mbit/s down, ${megabitsUp} up, ${latencyMs} ms added to each request`
}

/** Shows the requests of the median visit. */
function waterfall(visits: readonly Visit[]): Table {
  const middle = visits.toSorted((a, b) => a.photo - b.photo)[visits.length >> 1]
  return {
    title: 'Requests until the first photo',
    columns: ['what', 'requested at, ms', 'received at, ms', 'bytes'],
    rows: (middle?.way ?? []).map(({ what, from, to, bytes }) => [
      // File names contain a hash of their content.
      `\`${what.replace(/-[\w-]{8}\./, '.')}\``,
      thousands(from),
      thousands(to),
      thousands(bytes),
    ]),
    note: 'The median visit of those above.',
  }
}
