/** Drafts: typed text survives every failure, and leaves the device at sign-out. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem, somePhotos } from '../support/fakes/gallery-server.ts'
import {
  altTextField,
  askAi,
  atWork,
  captionOf,
  closeSheet,
  onePath,
  openPreview,
  openSheet,
  path,
  sheetOf,
  signedInAs,
  type Work,
} from '../support/fixtures/admin-page.ts'
import { goOffline, pictureOf, prefetched, stopClock } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const storedDrafts = (page: Page) => page.evaluate(() => localStorage.getItem('drafts'))

async function type(page: Page): Promise<void> {
  await openSheet(page)
  await captionOf(page, 'Telegram').fill('Typed for Telegram.')
  await altTextField(page).fill('Typed description.')
}

async function expectTyped(page: Page): Promise<void> {
  expect(await captionOf(page, 'Telegram').inputValue()).toBe('Typed for Telegram.')
  expect(await altTextField(page).inputValue()).toBe('Typed description.')
}

/** Actions of an admin during which a failure happens. */
const actions: [action: string, at: string, act: (page: Page) => Promise<void>][] = [
  ['saving', onePath, (page) => page.getByRole('button', { name: 'Save' }).click()],
  ['an analysis', path('analyze'), askAi],
  ['a preview', path('publish'), openPreview],
]

const happenings: [happening: string, answer: () => Response, title: string, button: string | null][] = [
  ['the session has ended', () => problem(401, 'not_signed_in'), 'You’re signed out', null],
  [
    'the account is no longer an admin',
    () => problem(403, 'not_admin'),
    'You’re no longer an admin here',
    null,
  ],
  ['the feature is off', () => problem(403, 'feature_disabled'), 'This feature is off', null],
  [
    'the rate limit is reached',
    () => problem(429, 'rate_limited', { 'retry-after': '90' }),
    'Too many requests',
    'Try again in 1:30',
  ],
  [
    'the storage is down',
    () => problem(503, 'storage_unavailable'),
    'The storage isn’t responding',
    'Try again',
  ],
  [
    'the orchestrator is down',
    () => problem(503, 'config_unavailable'),
    'The gallery’s settings can’t be read',
    'Try again',
  ],
  ['the captions are too long', () => problem(413, 'request_too_large'), 'Captions too long', 'Try again'],
  [
    'another edit was saved first',
    () => problem(409, 'sidecar_changed'),
    'Another edit was saved first',
    'Try again',
  ],
  ['the photo is gone', () => problem(404, 'photo_not_found'), 'The photo is no longer here', null],
  [
    'a proxy answers instead of the server',
    () => new Response('<h1>Bad gateway</h1>', { status: 502 }),
    'Not available',
    'Try again',
  ],
]

describe.each(actions)('%s', (_action, at, act) => {
  it('keeps typed text and says what to do after any answer of the server', async () => {
    const { page, gallery } = await atWork(browser, phone)
    await stopClock(page)
    await type(page)
    for (const [happening, answer, title, button] of happenings) {
      gallery.script(at, answer)
      await act(page)
      const alert = sheetOf(page).getByRole('alert')
      await alert.getByText(title).waitFor()
      const retry = alert.getByRole('button', { name: 'Try again' })
      if (button === null) expect([happening, await retry.count()]).toEqual([happening, 0])
      else await alert.getByRole('button', { name: button, exact: true }).waitFor()
      const back = page.getByRole('button', { name: 'Edit captions' })
      if (await back.isVisible()) await back.click()
      await expectTyped(page)
    }
  })

  it('says that it is offline, and offers to repeat the action', async () => {
    const { page } = await atWork(browser)
    await type(page)
    await goOffline(page)
    await act(page)
    const alert = sheetOf(page).getByRole('alert')
    await alert.getByText('You’re offline').waitFor()
    await page.context().setOffline(false)
    expect(await alert.getByRole('button', { name: 'Try again' }).isEnabled()).toBe(true)
  })
})

describe('a pause that the server asks for', () => {
  it('counts the pause down, then enables Try again', async () => {
    const { page, gallery } = await atWork(browser)
    await stopClock(page)
    gallery.script(onePath, () => problem(429, 'rate_limited', { 'retry-after': '3' }))
    await type(page)
    await page.getByRole('button', { name: 'Save' }).click()
    const alert = sheetOf(page).getByRole('alert')
    const waiting = alert.getByRole('button', { name: 'Try again in 3 s' })
    await waiting.waitFor()
    expect(await waiting.isDisabled()).toBe(true)
    await page.clock.runFor(4000)
    const again = alert.getByRole('button', { name: 'Try again', exact: true })
    await again.waitFor()
    expect(await again.isEnabled()).toBe(true)
  })
})

describe('typed text', () => {
  it('returns after a sign-in, at the same photo with the sheet open', async () => {
    const { page, gallery } = await atWork(browser)
    gallery.script(onePath, () => problem(401, 'not_signed_in'))
    await type(page)
    await page.getByRole('checkbox', { name: 'FetLife' }).uncheck()
    await page.getByRole('button', { name: 'Save' }).click()
    const href = await sheetOf(page).getByRole('link', { name: 'Sign in' }).getAttribute('href')
    const back = new URL(href ?? '', gallery.origin).searchParams.get('return_to')
    expect(back).toBe('/?photo=one.jpg')
    gallery.heal(onePath)
    await page.goto('about:blank')
    await page.goto(back ?? '')
    await sheetOf(page).waitFor()
    await expectTyped(page)
    expect(await page.getByRole('checkbox', { name: 'FetLife' }).isChecked()).toBe(false)
  })

  it('survives a reload and visits to other photos', async () => {
    const { page } = await atWork(browser)
    await type(page)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Next' }).click()
    await pictureOf(page, 'two')
    await openSheet(page)
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('The caption of photo two.')
    await page.keyboard.press('Escape')
    await page.goto('/?photo=one.jpg')
    await openSheet(page)
    await expectTyped(page)
  })

  it('leaves the device once it is saved', async () => {
    const { page, answer } = await atWork(browser)
    await type(page)
    expect(await storedDrafts(page)).toContain('Typed for Telegram.')
    answer(onePath, (words) =>
      Response.json({
        filename: 'one.jpg',
        caption: 'The caption of photo one.',
        alt_text: words.alt_text,
        captions: { source: 'person', by_platform: words.captions },
        metadata: {},
      }),
    )
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved', { exact: true }).waitFor()
    expect(await storedDrafts(page)).not.toContain('Typed')
  })

  it('appears on the walk once it is saved, even if the photo was prefetched before', async () => {
    const { page, gallery } = await atWork(browser)
    const [, two] = somePhotos(2)
    gallery.script('/api/images/two.jpg', async (request) => {
      if (request.method !== 'PATCH') return Response.json(two)
      const { captions } = await request.json()
      const saved = { source: 'person', by_platform: captions }
      const { alt_text, metadata } = two ?? {}
      return Response.json({
        filename: 'two.jpg',
        caption: 'New words.',
        alt_text,
        captions: saved,
        metadata,
      })
    })
    await prefetched(page, 'two')
    await page.keyboard.press('g')
    await page.getByRole('link', { name: 'two.jpg' }).click()
    await pictureOf(page, 'two')
    await openSheet(page)
    await captionOf(page, 'Telegram').fill('New words.')
    await captionOf(page, 'FetLife').fill('New words.')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved', { exact: true }).waitFor()
    await closeSheet(page)
    await page.goBack()
    await page.getByRole('link', { name: 'two.jpg' }).waitFor()
    await page.goBack()
    await pictureOf(page, 'one')
    await page.keyboard.press('ArrowRight')
    await pictureOf(page, 'two')
    expect(await page.locator('.caption').textContent()).toBe('New words.')
    await openSheet(page)
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('New words.')
  })

  it('stays within the limits of the storage, and keeps the newest draft', async () => {
    const { page } = await atWork(browser)
    await openSheet(page)
    await page.evaluate(() => {
      const drafts = Object.fromEntries(
        Array.from({ length: 200 }, (_, index) => [
          `photo-${index}`,
          { at: Date.now() - index, captions: { telegram: 'x'.repeat(3000) }, altText: null, work: null },
        ]),
      )
      const owner = 'alice@example.org'
      localStorage.setItem('drafts', JSON.stringify({ owner, usual: {}, open: null, drafts }))
    })
    await captionOf(page, 'Telegram').fill('The newest.')
    const stored = (await storedDrafts(page)) ?? ''
    expect(stored.length).toBeLessThan(210_000)
    expect(Object.keys(JSON.parse(stored).drafts).length).toBeLessThanOrEqual(30)
    expect(stored).toContain('The newest.')
  })

  it('disappears when its author signs out, in other tabs too', async () => {
    const { page, gallery } = await atWork(browser)
    const other = await page.context().newPage()
    await other.goto('/?photo=one.jpg')
    await other.getByRole('toolbar').waitFor()
    await openSheet(other)
    await type(page)
    await captionOf(other, 'FetLife').fill('Typed in the other tab.')
    await page.keyboard.press('Escape')
    // Keeps the page under test where it is.
    await page.evaluate(() =>
      document.addEventListener('submit', (event) => event.preventDefault(), { capture: true }),
    )
    await page.getByRole('button', { name: 'Account: alice@example.org' }).click()
    signedInAs(gallery, null)
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    expect(await storedDrafts(page)).toBeNull()
    await expect.poll(() => captionOf(other, 'FetLife').inputValue()).toBe('The caption of photo one.')
    await page.reload()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
    expect(await page.locator('body').textContent()).not.toContain('Typed')
  })

  it('stays hidden from another account on the same device', async () => {
    const { page, gallery } = await atWork(browser)
    await type(page)
    signedInAs(gallery, 'bob@example.org')
    await page.reload()
    await page.getByRole('button', { name: 'Account: bob@example.org' }).waitFor()
    await openSheet(page)
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('The caption of photo one.')
    expect(await storedDrafts(page)).not.toContain('Typed')
  })
})

describe('a browser that forbids storage', () => {
  it('keeps typed text as long as the page is open', async () => {
    const work: Work = await atWork(browser, desktop)
    const { page } = work
    await page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('The browser forbids it.', 'SecurityError')
        },
      })
    })
    await page.reload()
    await type(page)
    await expectTyped(page)
  })
})
