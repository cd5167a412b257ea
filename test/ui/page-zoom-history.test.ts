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

/** What the browser's history holds for the entry that is shown. */
const isOnEntryOfCloseUp = (page: Page) =>
  page.evaluate(() => String(Reflect.get(Object(history.state), 'layers')).includes('closeUp'))
const offEntryOfCloseUp = (page: Page) =>
  eventually(async () => expect(await isOnEntryOfCloseUp(page)).toBe(false))

async function comeCloser(page: Page): Promise<void> {
  await page.keyboard.press('z')
  await close(page)
  await eventually(async () => expect(await isOnEntryOfCloseUp(page)).toBe(true))
}

/** Two photos of the walk seen, the second in front. */
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
    'closes the full-size view first on %s, then leaves the photo, and forward comes again',
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
  ])('has nothing left to close after %s, however often', async (_, act) => {
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

  it('from the photo that followed a full-size view is at the photo before, whole', async () => {
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

  it('from a photo of the grid is at the grid, whatever was looked at closely', async () => {
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

  it('leads to the grid by one step where that was opened from close up', async () => {
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
  it('keeps the photos that were seen, also when one before them is looked at closely', async () => {
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

  it('is not torn by a new photo that is asked for in the moment of closing', async () => {
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

describe('a page that is loaded again', () => {
  it('while the full-size view is there shows the photo whole, and Back leaves it', async () => {
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
