/** Dragging sheets down on a phone, and hints at gestures. */
import type { Browser, CDPSession, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import {
  atWork,
  captionOf,
  features,
  openSheet,
  sheetOf,
  signedInAs,
} from '../support/fixtures/admin-page.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { pictureOf, visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

interface Finger {
  move(dy: number, atMs?: number): Promise<void>
  lift(atMs?: number): Promise<void>
}

/** Puts a finger on the sheet's handle. `atMs` is the time of a step after that, by the page's clock. */
async function fingerOn(page: Page, sheet: string): Promise<Finger> {
  // Waits until the opening animation has ended.
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {}))),
  )
  const box = await page.locator(`${sheet} .drag-handle`).boundingBox()
  if (!box) throw new Error('the handle is not visible')
  const session: CDPSession = await page.context().newCDPSession(page)
  const x = box.x + box.width / 2
  const top = box.y + box.height / 2
  const start = Date.now()
  const send = async (type: 'touchStart' | 'touchMove' | 'touchEnd', y?: number, atMs?: number) => {
    await session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: y === undefined ? [] : [{ x, y }],
      ...(atMs !== undefined && { timestamp: (start + atMs) / 1000 }),
    })
  }
  await send('touchStart', top, 0)
  return {
    move: (dy, atMs) => send('touchMove', top + dy, atMs),
    lift: (atMs) => send('touchEnd', undefined, atMs),
  }
}

const followed = (page: Page, sheet: string) =>
  page.locator(sheet).evaluate((element) => (element instanceof HTMLElement ? element.style.translate : ''))

describe('dragging', () => {
  it('closes the publish sheet past the threshold and keeps unsaved captions', async () => {
    const { page } = await atWork(browser, phone)
    await openSheet(page)
    await captionOf(page, 'Telegram').fill('Half a thought')
    const finger = await fingerOn(page, '.sheet')
    await finger.move(80)
    await eventually(async () => expect(await followed(page, '.sheet')).toBe('0px 80px'))
    await finger.move(200)
    await finger.lift()
    await sheetOf(page).waitFor({ state: 'detached' })
    await openSheet(page)
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('Half a thought')
  })

  it.each(['reduce', 'no-preference'] as const)(
    'closes the details with motion set to %s',
    async (reducedMotion) => {
      const { page } = await visiting(browser, { ...phone, reducedMotion })
      await page.goto('/')
      await pictureOf(page, 'one')
      await page.getByRole('button', { name: 'Details', exact: true }).click()
      const finger = await fingerOn(page, '.details')
      await finger.move(100)
      await finger.move(220)
      await finger.lift()
      await page.getByRole('complementary', { name: 'Details' }).waitFor({ state: 'hidden' })
      await pictureOf(page, 'one')
    },
  )

  it('lets the details spring back after a short and slow drag', async () => {
    const { page } = await visiting(browser, phone)
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('button', { name: 'Details', exact: true }).click()
    const finger = await fingerOn(page, '.details')
    await finger.move(40)
    await eventually(async () => expect(await followed(page, '.details')).toBe('0px 40px'))
    // The last move goes back a little, so this is no flick.
    await finger.move(38)
    await finger.lift()
    await eventually(async () => expect(await followed(page, '.details')).toBe(''))
    expect(await page.getByRole('complementary', { name: 'Details' }).isVisible()).toBe(true)
  })

  it('closes the details on a flick', async () => {
    const { page } = await visiting(browser, phone)
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('button', { name: 'Details', exact: true }).click()
    const finger = await fingerOn(page, '.details')
    await finger.move(20, 20)
    await finger.move(60, 40)
    await finger.lift(60)
    await page.getByRole('complementary', { name: 'Details' }).waitFor({ state: 'hidden' })
  })

  it('lets the details spring back when the finger rests before lifting', async () => {
    const { page } = await visiting(browser, phone)
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('button', { name: 'Details', exact: true }).click()
    const finger = await fingerOn(page, '.details')
    await finger.move(20, 20)
    await finger.move(60, 40)
    await eventually(async () => expect(await followed(page, '.details')).toBe('0px 60px'))
    await finger.lift(400)
    await eventually(async () => expect(await followed(page, '.details')).toBe(''))
    await page.evaluate(() =>
      Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {}))),
    )
    expect(await page.getByRole('complementary', { name: 'Details' }).isVisible()).toBe(true)
  })

  it('continues when the browser cancels another finger', async () => {
    const { page } = await visiting(browser, phone)
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('button', { name: 'Details', exact: true }).click()
    const finger = await fingerOn(page, '.details')
    await finger.move(80)
    await eventually(async () => expect(await followed(page, '.details')).toBe('0px 80px'))
    await page.evaluate(() => {
      document.dispatchEvent(new PointerEvent('pointercancel', { pointerId: 4_711, bubbles: true }))
    })
    expect(await followed(page, '.details')).toBe('0px 80px')
    await finger.move(220)
    await finger.lift()
    await page.getByRole('complementary', { name: 'Details' }).waitFor({ state: 'hidden' })
  })

  it('shows no handle when the sheet is a column', async () => {
    const { page } = await atWork(browser, desktop)
    await openSheet(page)
    expect(await page.locator('.sheet .drag-handle').isVisible()).toBe(false)
  })
})

describe('a hint at a gesture', () => {
  it.each([
    ['/', 'Swipe up to keep the photo, down to remove it.'],
    ['/?view=grid', 'Press and hold a photo to select it.'],
  ])('appears once at %s on a touch screen', async (address, words) => {
    const { page, gallery } = await visiting(browser, phone)
    signedInAs(gallery, 'alice@example.org')
    gallery.script('/api/config/features', () => Response.json(features))
    gallery.script('/api/config/captions', () => Response.json({ platforms: [], hashtags: '' }))
    await page.goto(address)
    const hint = page.getByText(words)
    await hint.waitFor()
    await page.getByRole('button', { name: 'Got it' }).click()
    await hint.waitFor({ state: 'detached' })
    await page.reload()
    await (address === '/'
      ? page.getByRole('toolbar')
      : page.getByRole('button', { name: 'Select' })
    ).waitFor()
    expect(await hint.count()).toBe(0)
  })

  it('does not appear with a mouse', async () => {
    const { page } = await atWork(browser, desktop)
    expect(await page.getByRole('note').count()).toBe(0)
  })
})
