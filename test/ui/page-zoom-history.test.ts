/** Back and forward around the full-size view. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { pictureOf, prefetched, visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const isZoomed = (page: Page) => page.getByRole('button', { name: 'Zoom out' }).isVisible()
const whole = (page: Page) => eventually(async () => expect(await isZoomed(page)).toBe(false))
const close = (page: Page) => eventually(async () => expect(await isZoomed(page)).toBe(true))

/** True if the current history entry has the full-size view. */
const isOnEntryOfCloseUp = (page: Page) =>
  page.evaluate(() => String(Reflect.get(Object(history.state), 'layers')).includes('closeUp'))
const offEntryOfCloseUp = (page: Page) =>
  eventually(async () => expect(await isOnEntryOfCloseUp(page)).toBe(false))

async function comeCloser(page: Page): Promise<void> {
  await page.keyboard.press('z')
  await close(page)
  await eventually(async () => expect(await isOnEntryOfCloseUp(page)).toBe(true))
}

/** Visits two photos of the walk, and stays on the second. */
async function onSecond(window: object) {
  const visit = await visiting(browser, { ...window })
  const { page } = visit
  await page.goto('/')
  await pictureOf(page, 'one')
  await prefetched(page, 'two')
  await page.getByRole('button', { name: 'Next' }).click()
  await pictureOf(page, 'two')
  await prefetched(page, 'three')
  return visit
}

describe('Back', () => {
  it.each([
    ['a phone', phone],
    ['a desktop', desktop],
  ])(
    'closes the full-size view first on %s, then leaves the photo, and Forward returns to both',
    async (_, window) => {
      const { page } = await onSecond(window)
      await comeCloser(page)
      await page.goBack()
      await whole(page)
      await pictureOf(page, 'two')
      expect(page.url()).toMatch(/\?photo=two\.jpg$/)
      await page.goBack()
      await pictureOf(page, 'one')
      await page.goForward()
      await pictureOf(page, 'two')
      await whole(page)
      await page.goForward()
      await close(page)
      expect(page.url()).toMatch(/\?photo=two\.jpg$/)
    },
  )

  it.each([
    ['Escape', (page: Page) => page.keyboard.press('Escape')],
    ['its button', (page: Page) => page.getByRole('button', { name: 'Show the whole photo' }).click()],
    [
      'zooming out',
      async (page: Page) => {
        for (const key of ['-', '-', '-']) await page.keyboard.press(key)
      },
    ],
  ])('closes nothing further after %s, even repeatedly', async (_, act) => {
    const { page } = await onSecond(desktop)
    for (const _time of [1, 2]) {
      await comeCloser(page)
      await act(page)
      await whole(page)
      await offEntryOfCloseUp(page)
    }
    await page.goBack()
    await pictureOf(page, 'one')
  })

  it('returns from the photo after a full-size view to the previous photo, shown whole', async () => {
    const { page } = await onSecond(desktop)
    await comeCloser(page)
    await page.keyboard.press('Space')
    await pictureOf(page, 'three')
    await whole(page)
    await page.goBack()
    await pictureOf(page, 'two')
    await whole(page)
    await page.goBack()
    await pictureOf(page, 'one')
  })

  it('returns from a photo to the grid after a full-size view', async () => {
    const { page } = await visiting(browser, desktop)
    await page.goto('/?view=grid')
    await page.getByRole('link', { name: 'one.jpg' }).click()
    await pictureOf(page, 'one')
    await comeCloser(page)
    await page.keyboard.press('Space')
    await pictureOf(page, 'two')
    await page.goBack()
    await page.getByRole('link', { name: 'two.jpg' }).waitFor()
    expect(page.url()).toMatch(/\?view=grid$/)
  })

  it('adds no extra step when the grid was opened from a full-size view', async () => {
    const { page } = await visiting(browser, desktop)
    await page.goto('/?view=grid')
    await page.getByRole('link', { name: 'one.jpg' }).click()
    await pictureOf(page, 'one')
    await comeCloser(page)
    await page.keyboard.press('g')
    await page.getByRole('link', { name: 'two.jpg' }).waitFor()
    expect(page.url()).toMatch(/\?view=grid$/)
    await page.goForward()
    await pictureOf(page, 'one')
    await whole(page)
  })
})

describe('the walk', () => {
  it('keeps later photos of the visit after a full-size view of an earlier photo', async () => {
    const { page } = await onSecond(desktop)
    await page.goBack()
    await pictureOf(page, 'one')
    await comeCloser(page)
    await page.keyboard.press('Escape')
    await whole(page)
    await offEntryOfCloseUp(page)
    await page.getByRole('button', { name: 'Next' }).click()
    await pictureOf(page, 'two')
    await page.getByRole('button', { name: 'Next' }).click()
    await pictureOf(page, 'three')
    await page.goBack()
    await pictureOf(page, 'two')
  })

  it('stays in order when Next follows the closing of the full-size view at once', async () => {
    const { page } = await onSecond(desktop)
    await comeCloser(page)
    await page.evaluate(() => {
      for (const key of ['Escape', 'ArrowRight'])
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    })
    await pictureOf(page, 'three')
    await whole(page)
    await page.goBack()
    await pictureOf(page, 'two')
    await page.goBack()
    await pictureOf(page, 'one')
  })
})

describe('a reloaded page', () => {
  it('shows the photo whole after a reload in the full-size view, and Back leaves the photo', async () => {
    const { page } = await onSecond(desktop)
    await comeCloser(page)
    await page.reload()
    await pictureOf(page, 'two')
    await offEntryOfCloseUp(page)
    expect(page.url()).toMatch(/\?photo=two\.jpg$/)
    await page.goBack()
    await page.waitForURL(/\?photo=one\.jpg$/)
    await page.getByRole('img', { name: 'What photo one shows' }).waitFor()
  })
})
