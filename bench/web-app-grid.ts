/** Input latency in a grid of 10,000 photos: from a key or click to the frame that shows its result. */
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { desktop, openChromium } from '../scripts/chromium.ts'
import { manyPhotos, type ScriptedGallery, startGallery } from '../test/support/fakes/gallery-server.ts'
import { median, type Table, thousands } from './table.ts'

const photos = 10_000
const slowdowns = [1, 4]
/** Resolution of the browser's event timing. Faster events have no entry. */
const finestMs = 16

interface Interaction {
  what: string
  /** Performs one input. `time` counts from 0. */
  act(page: Page, time: number): Promise<void>
  times: number
  /** Delay after the input for its late effects. The next input waits that long. */
  settleMs?: number
  /** Moves to the starting point. */
  prepare?(page: Page): Promise<void>
}

const tile = 'a.tile[tabindex="0"]'
const typed = 'photo-0123'

const interactions: Interaction[] = [
  { what: 'arrow right', times: 20, act: (page) => page.keyboard.press('ArrowRight') },
  { what: 'arrow down', times: 20, act: (page) => page.keyboard.press('ArrowDown') },
  { what: 'PageDown', times: 20, act: (page) => page.keyboard.press('PageDown') },
  { what: 'End and Home', times: 20, act: (page, time) => page.keyboard.press(time % 2 ? 'Home' : 'End') },
  {
    what: 'click that opens a photo',
    times: 10,
    settleMs: 200,
    prepare: backToGrid,
    act: (page, time) => page.locator('a.tile').nth(time).click(),
  },
  {
    what: 'letter in the search field',
    times: typed.length,
    // The search runs once typing pauses for a fifth of a second.
    settleMs: 400,
    prepare: async (page) => {
      await backToGrid(page)
      await page.locator('input.search').focus()
    },
    act: (page, time) => page.keyboard.press(typed.charAt(time)),
  },
]

export async function measureGrid(): Promise<Table> {
  const gallery = await startGallery(manyPhotos(photos))
  await answerOneThumbnail(gallery)
  const browser = await openChromium()
  try {
    const rows: string[][] = []
    for (const slowdown of slowdowns) rows.push(...(await measure(browser, gallery.origin, slowdown)))
    return {
      title: `From input to frame in a grid of ${thousands(photos)} photos`,
      columns: ['input', 'processor', 'times', 'median, ms', 'worst, ms', 'longest task, ms'],
      rows,
      note: `Target: 100 ms. Headless Chromium with a desktop's window. Its Event Timing has steps of 8 ms and starts at ${finestMs}. Tasks below 50 ms are not counted. The search runs in a task that no input waits for.`,
    }
  } finally {
    await browser.close()
    await gallery.close()
  }
}

/** Answers every thumbnail with the same bytes, because making pictures would take processor time from the page. */
async function answerOneThumbnail(gallery: ScriptedGallery): Promise<void> {
  const create = { width: 256, height: 171, channels: 3, background: '#765' } as const
  const bytes = new Uint8Array(await sharp({ create }).jpeg().toBuffer())
  const headers = { 'content-type': 'image/jpeg', 'cache-control': 'private, max-age=3600' }
  for (const { filename } of manyPhotos(photos)) {
    gallery.script(`/api/images/${filename}/thumbnail`, () => new Response(bytes, { headers }))
  }
}

async function measure(browser: Browser, origin: string, slowdown: number): Promise<string[][]> {
  const context = await browser.newContext({ ...desktop, baseURL: origin })
  const page = await context.newPage()
  await page.addInitScript(watchInputs)
  const devTools = await context.newCDPSession(page)
  await devTools.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  await page.goto('/?view=grid')
  await page.locator(tile).focus()
  await settled(page, 1000)
  const rows: string[][] = []
  for (const { what, act, times, settleMs = 50, prepare } of interactions) {
    const waits: number[] = []
    const tasks: number[] = []
    for (let time = 0; time < times; time++) {
      await prepare?.(page)
      await page.evaluate(() => Reflect.get(globalThis, 'takeInputs')())
      await act(page, time)
      await settled(page, settleMs)
      const { wait, task } = await page.evaluate<{ wait: number; task: number }>(() =>
        Reflect.get(globalThis, 'takeInputs')(),
      )
      waits.push(Math.max(wait, finestMs))
      tasks.push(task)
    }
    rows.push([
      what,
      slowdown === 1 ? 'full speed' : `${slowdown} times slower`,
      String(times),
      median(waits).toFixed(0),
      Math.max(...waits).toFixed(0),
      Math.max(...tasks).toFixed(0),
    ])
  }
  await context.close()
  return rows
}

async function backToGrid(page: Page): Promise<void> {
  if (!new URL(page.url()).searchParams.has('photo')) return
  await page.goBack()
  await page.locator(tile).waitFor()
  await settled(page, 50)
}

/** Waits until frames are drawn again and the browser has reported the earlier events. */
async function settled(page: Page, afterMs: number): Promise<void> {
  await page.evaluate(async (ms) => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
    await new Promise((resolve) => setTimeout(resolve, ms))
  }, afterMs)
}

/** Runs in the page. `takeInputs()` returns the longest event and the longest task since its last call. */
function watchInputs(): void {
  const longest = { wait: 0, task: 0 }
  const events = new PerformanceObserver((list) => collect(list.getEntries()))
  const tasks = new PerformanceObserver((list) => collect(list.getEntries()))
  const collect = (entries: PerformanceEntry[]) => {
    for (const entry of entries) {
      if (entry.entryType === 'longtask') longest.task = Math.max(longest.task, entry.duration)
      // Events without an interaction id are steps of the same input or pointer moves before it.
      else if (Number(Reflect.get(entry, 'interactionId')) > 0)
        longest.wait = Math.max(longest.wait, entry.duration)
    }
  }
  const eventOptions = { type: 'event', durationThreshold: 16 }
  events.observe(eventOptions)
  tasks.observe({ type: 'longtask' })
  const takeInputs = () => {
    collect([...events.takeRecords(), ...tasks.takeRecords()])
    const taken = { ...longest }
    Object.assign(longest, { wait: 0, task: 0 })
    return taken
  }
  Object.assign(globalThis, { takeInputs })
}
