/**
 * Takes screenshots of every view of the page: docs/screenshots/<view>-<phone|desktop>-<dark|light>.png. It
 * needs a running demo (`npm run demo`) and leaves the gallery unchanged:
 *
 *     node scripts/screenshots.ts http://alice.localhost:8080 alice@example.org [folder] [view ...]
 *
 * The person must be an admin of the gallery whom the demo's own provider signs in by a click. Default: all
 * views. The script replaces the server's answers for states that a healthy demo never shows: an empty or
 * private gallery, a failed post, an endless upload.
 */
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import sharp from 'sharp'
import { endWithHelp } from '../src/node/usage.ts'
import { desktop, openChromium, phone } from './chromium.ts'
import { photoAddress, pictureShown } from './screenshots/page.ts'
import { type View, views } from './screenshots/views.ts'

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

/** Returns the cookies of a signed-in person. */
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
