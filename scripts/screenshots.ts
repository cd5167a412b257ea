/**
 * Takes the pictures of every view of the page: docs/screenshots/<view>-<phone|desktop>-<dark|light>.png, from a demo that runs
 * (`npm run demo`), whose gallery is the same afterwards:
 *
 *     node scripts/screenshots.ts http://alice.localhost:8080 alice@example.org [folder] [view ...]
 *
 * The person is one whom the demo's own provider lets in by a click, and who is an admin there. Without views it takes all of them.
 * What a healthy demo never shows (an empty gallery, a private one, a post that failed, an upload that does not end) is answered by this
 * script in the server's place.
 */
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page, Route } from 'playwright-core'
import sharp from 'sharp'
import { endWithHelp } from '../src/node/usage.ts'
import { desktop, openChromium, phone } from './chromium.ts'

interface View {
  /** Whether somebody is signed in. */
  as?: 'admin'
  locale?: string
  /** Only on one of the windows. */
  on?: 'phone' | 'desktop'
  /** Leads a page, which is at the gallery's first photo, to what is to be seen. */
  show?: (page: Page) => Promise<void>
}

const photoAddress = '/?photo=last-light-at-the-jetty.jpg'
const gridAddress = '/?view=grid'
/** The demo's callback host lies beside the gallery. */
const callbackOrigin = process.argv[2]?.replace(/\/\/[^.]+/, '//app') ?? ''
const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' })

const views: Record<string, View> = {
  photo: {},
  details: { show: openDetails },
  grid: { show: (page) => openGrid(page) },
  zoom: {
    async show(page) {
      await button(page, 'Zoom in').click()
      await button(page, 'Zoom in').click()
    },
  },
  empty: { show: (page) => withProblem(page, 404, 'no_photos') },
  empty_admin: { as: 'admin', show: (page) => openEmpty(page, 'no_photos') },
  missing_folder: { as: 'admin', show: (page) => openEmpty(page, 'root_missing') },
  private: { show: (page) => withProblem(page, 401, 'not_signed_in') },
  offline: {
    async show(page) {
      await page.context().setOffline(true)
      await button(page, 'Next').click()
      await button(page, 'Next').click()
      await page.getByText('You are offline').first().waitFor()
    },
  },
  german: { locale: 'de-DE' },
  admin: { as: 'admin' },
  account: {
    as: 'admin',
    async show(page) {
      await button(page, /^Account/).click()
    },
  },
  captions: { as: 'admin', show: openCaptions },
  preview: { as: 'admin', show: openPreview },
  results: { as: 'admin', show: openResults },
  outcomes: {
    as: 'admin',
    async show(page) {
      await withOutcomes(page, { telegram: 'published', email: 'failed' })
      await openDetails(page)
    },
  },
  published: {
    as: 'admin',
    async show(page) {
      await withOutcomes(page, { telegram: 'published', email: 'published' })
      await button(page, 'Publish').click()
      await page.locator('.sheet textarea').first().waitFor()
    },
  },
  'unknown-page': { show: (page) => openMessage(page, '/nothing/here') },
  'failed-sign-in': {
    show: (page) => openMessage(page, new URL('/auth/callback?error=access_denied', callbackOrigin).href),
  },
  kept: {
    as: 'admin',
    async show(page) {
      await page.route('**/api/images/*/keep', (route) =>
        route.fulfill({ json: { filename: 'x', action: 'keep' } }),
      )
      await button(page, 'Keep').click()
      await page.locator('.toast').waitFor()
    },
  },
  folders: { as: 'admin', show: (page) => openGrid(page) },
  selecting: {
    as: 'admin',
    async show(page) {
      await openGrid(page)
      await button(page, 'Select').click()
    },
  },
  selection: { as: 'admin', show: openSelection },
  delete: {
    as: 'admin',
    async show(page) {
      await openSelection(page)
      await button(page, 'Delete').click()
      await page.getByRole('dialog').waitFor()
    },
  },
  uploads: { as: 'admin', show: openUploads },
  shortcuts: {
    as: 'admin',
    on: 'desktop',
    async show(page) {
      await page.keyboard.press('?')
    },
  },
  'german-captions': {
    as: 'admin',
    locale: 'de-DE',
    async show(page) {
      await page.getByRole('button', { name: 'Veröffentlichen' }).click()
      await page.locator('.sheet textarea').first().waitFor()
    },
  },
}

const usage = 'node scripts/screenshots.ts <base URL> <person> [folder] [view ...]'
endWithHelp(usage)
const [baseURL, person, into, ...chosen] = process.argv.slice(2)
if (!baseURL || !person) {
  console.error(`Usage: ${usage}`)
  process.exit(2)
}
const folder = into ?? fileURLToPath(new URL('../docs/screenshots', import.meta.url))
await mkdir(folder, { recursive: true })
const browser = await openChromium()
try {
  const session = await signIn(browser, baseURL, person)
  for (const [name, view] of Object.entries(views)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue
    for (const [device, window] of Object.entries({ phone, desktop })) {
      if (view.on && view.on !== device) continue
      for (const colorScheme of ['dark', 'light'] as const) {
        await picture(`${name}-${device}-${colorScheme}`, view, device, {
          ...window,
          baseURL,
          colorScheme,
          reducedMotion: 'reduce',
          locale: view.locale ?? 'en-GB',
          ...(view.as && { storageState: session }),
        })
      }
    }
  }
} finally {
  await browser.close()
}

async function picture(file: string, view: View, device: string, options: BrowserContextOptions) {
  const context = await browser.newContext(options)
  try {
    const page = await context.newPage()
    await page.goto(photoAddress)
    await pictureShown(page)
    if (view.as) await page.getByRole('toolbar').waitFor()
    await view.show?.(page)
    await page.mouse.move(0, 0)
    await page.waitForFunction(() => [...document.images].every(({ complete }) => complete))
    const shot = await page.screenshot()
    const width = device === 'phone' ? 390 : 960
    await sharp(shot)
      .resize({ width })
      .png({ palette: true, colours: 64, effort: 10 })
      .toFile(`${folder}/${file}.png`)
    console.log(file)
  } finally {
    await context.close()
  }
}

/** The cookies of somebody who has signed in. */
async function signIn(visitor: Browser, origin: string, who: string) {
  const context = await visitor.newContext({ ...desktop, baseURL: origin })
  const page = await context.newPage()
  await page.goto(photoAddress)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: who }).click()
  await page.getByRole('toolbar').waitFor()
  const state = await context.storageState()
  await context.close()
  return state
}

async function openDetails(page: Page): Promise<void> {
  await button(page, 'Details').click()
}

async function openGrid(page: Page): Promise<void> {
  await page.goto(gridAddress)
  await page.waitForFunction(() => {
    const pictures = [...document.querySelectorAll<HTMLImageElement>('.thumbnail')]
    const isShown = pictures.every(({ naturalWidth }) => naturalWidth > 0)
    return isShown && pictures.length > 0 && pictures.length === document.querySelectorAll('a.tile').length
  })
}

async function openSelection(page: Page): Promise<void> {
  await openGrid(page)
  // On a phone the first is marked by a long press, and the boxes take no finger before that.
  for (const place of [0, 2, 4]) await page.locator('.check').nth(place).dispatchEvent('click')
}

async function openCaptions(page: Page): Promise<void> {
  await button(page, 'Publish').click()
  const words = {
    Telegram: 'The last light stays where the planks end. #goldenhour #lake',
    FetLife: 'The last light stays where the planks end.',
  }
  for (const [platform, text] of Object.entries(words))
    await page.getByLabel(`Caption for ${platform}`).fill(text)
  await page.locator('.sheet h2').focus()
}

async function openPreview(page: Page): Promise<void> {
  await openCaptions(page)
  await button(page, 'Preview').click()
  await page.locator('.post').nth(1).waitFor()
  await pictureShown(page, '.post')
}

/** One has got it, the other has not. */
async function openResults(page: Page): Promise<void> {
  await openPreview(page)
  const results = {
    telegram: { success: true, url: 'https://t.me/c/1000010000000/7', message_id: '7' },
    email: { success: false, error: 'The mail server is not reachable. Try it again in a while.' },
  }
  await page.route('**/api/images/*/publish', (route) =>
    events(route, ['result', { filename: 'x', results, any_success: true, archived: false }]),
  )
  await button(page, /^Publish to/).click()
  await page.getByRole('heading', { name: 'Results' }).waitFor()
}

/** The photo answers from now on with these outcomes. */
async function withOutcomes(page: Page, outcomes: Readonly<Record<string, 'published' | 'failed'>>) {
  const path = '/api/images/last-light-at-the-jetty.jpg'
  // Asked by the page, since the names below localhost are known to browsers only.
  const photo = await page.evaluate(async (url) => (await (await fetch(url)).json()) as object, path)
  const publications = Object.entries(outcomes).map(([platform, status]) => ({
    platform,
    status,
    at: '2026-11-28T17:05:00Z',
    post_url: status === 'published' && platform === 'telegram' ? 'https://t.me/c/1000010000000/7' : null,
    error: status === 'failed' ? 'The mail server cannot be reached. Try again later.' : null,
  }))
  await page.route(new RegExp(`${path}$`), (route) => route.fulfill({ json: { ...photo, publications } }))
  await page.goto(photoAddress)
  await pictureShown(page)
  await page.getByRole('toolbar').waitFor()
}

async function openMessage(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.locator('main').waitFor()
}

async function openUploads(page: Page): Promise<void> {
  const files = [
    'rose jute, coiled.png',
    'violet-lake.jpg',
    'table-by-the-window.jpg',
    'pines-after-sunset.jpg',
  ]
  const payloads = await Promise.all(
    files.map(async (name, place) => {
      const path = `/api/images/${encodeURIComponent(name)}/thumbnail?size=w480h320`
      // Asked by the page, since the names below localhost are known to browsers only.
      const bytes = await page.evaluate(async (url) => [...(await (await fetch(url)).bytes())], path)
      return { name: `DSC0${142 + place}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(bytes) }
    }),
  )
  let asked = 0
  await page.route(/\/api\/library\/upload/, async (route) => {
    asked += 1
    if (asked === 1) await events(route, ['result', { key: 'DSC0142.jpg', size: 1 }])
    // The others are never answered.
  })
  await page
    .locator('input[type=file]')
    .setInputFiles([
      ...payloads,
      { name: 'notes.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') },
    ])
  const tray = page.getByRole('region', { name: 'Uploads' })
  await tray.getByRole('button', { name: /^1 of 5/ }).click()
  await tray.locator('img').nth(3).waitFor()
}

/** From now on the gallery answers so, also to who comes anew. */
async function withProblem(page: Page, status: number, code: string): Promise<void> {
  await page.route('**/api/images/random', (route) =>
    route.fulfill({
      status,
      contentType: 'application/problem+json',
      body: JSON.stringify({ title: code, status, code, request_id: '4c2a345d-fe0a-44b4-a4c6-6d97e85e5e5e' }),
    }),
  )
  await page.goto('/')
  await page.locator('.notice').waitFor()
}

async function openEmpty(page: Page, code: string): Promise<void> {
  await withProblem(page, 404, code)
  await button(page, 'Upload photos').first().waitFor()
}

function events(route: Route, ...list: [event: string, data: object][]): Promise<void> {
  return route.fulfill({
    contentType: 'text/event-stream',
    body: list.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join(''),
  })
}

/** Waits until the photo is there, not only its place. */
async function pictureShown(page: Page, within = 'body'): Promise<void> {
  await page.waitForFunction((selector) => {
    const pictures = [...document.querySelectorAll<HTMLImageElement>(`${selector} img`)]
    return pictures.length > 0 && pictures.every(({ complete, naturalWidth }) => complete && naturalWidth > 0)
  }, within)
}
