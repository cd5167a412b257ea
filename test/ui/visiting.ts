/** A visitor in a real browser, and a watch on what no page of ours may do. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { desktop } from '../../scripts/chromium.ts'
import type { Photo } from '../../src/ui/api.ts'
import { type ScriptedGallery, somePhotos, startGallery } from './scripted-gallery.ts'

export interface VisitOptions extends BrowserContextOptions {
  photos?: Photo[]
}

export interface Visit {
  /** Nothing is loaded yet. */
  page: Page
  gallery: ScriptedGallery
}

/**
 * A gallery and a fresh browser profile that end with the test. The test fails when the page wrote an error to the
 * console, threw, broke the content security policy or asked another origin for anything.
 */
export async function visiting(
  browser: Browser,
  { photos = somePhotos(4), ...options }: VisitOptions = {},
): Promise<Visit> {
  const gallery = await startGallery(photos)
  const context = await browser.newContext({
    colorScheme: 'dark',
    baseURL: gallery.origin,
    ...desktop,
    ...options,
  })
  context.setDefaultTimeout(25_000)
  const page = await context.newPage()
  const misdeeds = watch(page, gallery.origin)
  onTestFinished(async () => {
    await context.close()
    await gallery.close()
    expect(misdeeds).toEqual([])
  })
  return { page, gallery }
}

/**
 * What the browser notes by itself: each failed request, and what was fetched ahead and is not used three seconds after the page's load, as
 * with a photo that is gone, or one that a busy machine shows later.
 */
const networkNote = /^Failed to load resource|was preloaded using link preload but not used/

function watch(page: Page, origin: string): string[] {
  const misdeeds: string[] = []
  page.on('pageerror', (error) => misdeeds.push(`exception: ${error.message}`))
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) misdeeds.push(`foreign request: ${request.url()}`)
  })
  page.on('console', (message) => {
    // Breaches of the policy come here too.
    if (['error', 'warning'].includes(message.type()) && !networkNote.test(message.text()))
      misdeeds.push(`console: ${message.text()}`)
  })
  return misdeeds
}

/** Waits for the picture of the photo with this name, such as `one`. */
export async function pictureOf(page: Page, name: string): Promise<void> {
  await page.getByRole('img', { name: `What photo ${name} shows` }).waitFor()
  await page.waitForFunction(() => {
    const picture = document.querySelector('img')
    return picture?.complete && picture.naturalWidth > 0
  })
}

/** Waits until the page has asked for the picture of this photo, and has it. */
export async function prefetched(page: Page, name: string): Promise<void> {
  await page.waitForFunction(
    (part) =>
      performance
        .getEntriesByType('resource')
        .some(({ name: url, duration }) => url.includes(part) && duration > 0),
    `/${name}.jpg/thumbnail`,
  )
}

/** What the page says to a screen reader. */
export function announced(page: Page): Promise<string | null> {
  return page.getByRole('status').textContent()
}

/**
 * From now on the page's time stands still, but where the test moves it on by `page.clock`: however slow the machine, a countdown shows
 * what it began with. What is loaded, painted and animated goes on.
 */
export async function stopClock(page: Page): Promise<void> {
  const now = Date.now()
  await page.clock.install({ time: now })
  // Installed alone it goes on by itself. An hour, since it can be stopped in the future only.
  await page.clock.pauseAt(now + 3_600_000)
}
