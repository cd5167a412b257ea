/**
 * Takes the pictures of the page that the documentation shows: docs/screenshots/{phone,desktop}-{dark,light}.png, and with a name to
 * sign in by (the demo's provider asks for no more) {phone,desktop}-publish.png.
 * `node scripts/screenshots.ts http://alice.localhost:8080 [photo.jpg] [alice@example.org]`; without a photo all show one random one.
 */
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { desktop, openChromium, phone } from './chromium.ts'

const folder = fileURLToPath(new URL('../docs/screenshots/', import.meta.url))
const [baseURL, photo, person] = process.argv.slice(2)
if (!baseURL) {
  console.error('Usage: node scripts/screenshots.ts <base URL> [photo] [person]')
  process.exit(2)
}

await mkdir(folder, { recursive: true })
const browser = await openChromium()
try {
  let address = photo ? `/?photo=${encodeURIComponent(photo)}` : '/'
  for (const [device, window] of Object.entries({ phone, desktop })) {
    for (const colorScheme of ['dark', 'light'] as const) {
      const context = await browser.newContext({ ...window, baseURL, colorScheme, reducedMotion: 'reduce' })
      const page = await context.newPage()
      await page.goto(address)
      await pictureShown(page)
      await page.screenshot({ path: `${folder}${device}-${colorScheme}.png` })
      address = `/${new URL(page.url()).search}`
      await context.close()
    }
    if (person) await publishing(device, window, new URL(address, baseURL).href, person)
  }
} finally {
  await browser.close()
}

/** The sheet in which an admin captions and publishes the photo. */
async function publishing(device: string, window: object, address: string, who: string): Promise<void> {
  const context = await browser.newContext({ ...window, colorScheme: 'dark', reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.goto(address)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: who }).click()
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await pictureShown(page)
  await page.getByLabel('Caption for Telegram').waitFor()
  await page.screenshot({ path: `${folder}${device}-publish.png` })
  await context.close()
}

/** Waits until the photo is there, not only its place. */
async function pictureShown(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const picture = document.querySelector('img')
    return picture?.complete && picture.naturalWidth > 0
  })
}
