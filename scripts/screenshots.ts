/**
 * Takes the pictures of the page that the documentation shows: docs/screenshots/{phone,desktop}-{dark,light}.png.
 * `node scripts/screenshots.ts http://alice.localhost:8080 [photo.jpg]`; without a name all four show one random photo.
 */
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { desktop, openChromium, phone } from './chromium.ts'

const folder = fileURLToPath(new URL('../docs/screenshots/', import.meta.url))
const [baseURL, photo] = process.argv.slice(2)
if (!baseURL) {
  console.error('Usage: node scripts/screenshots.ts <base URL> [photo]')
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
  }
} finally {
  await browser.close()
}

/** Waits until the photo is there, not only its place. */
async function pictureShown(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const picture = document.querySelector('img')
    return picture?.complete && picture.naturalWidth > 0
  })
}
