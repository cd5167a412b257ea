/** Keep, remove and delete: by button, key and swipe, with undo. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem, randomPath, somePhotos } from '../support/fakes/gallery-server.ts'
import {
  atWork,
  captionOf,
  closeSheet,
  openSheet,
  path,
  sheetOf,
  type Work,
} from '../support/fixtures/admin-page.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { goOffline, pictureOf, prefetched, stopClock } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const moved = (action: string) => ({
  filename: 'one.jpg',
  action,
  destination_folder: action,
  preview_only: false,
})

/** Moves a finger from the middle of the photo. Lifts the finger, or leaves that to the test. */
async function swipe(
  page: Page,
  dx: number,
  dy: number,
  { lifts = true } = {},
): Promise<() => Promise<void>> {
  const finger = await page.context().newCDPSession(page)
  const stage = await page.locator('.stage').boundingBox()
  if (!stage) throw new Error('There is no stage.')
  const [x, y] = [stage.x + stage.width / 2, stage.y + stage.height / 2]
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', part: number) =>
    finger.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x: x + dx * part, y: y + dy * part }],
    })
  await touch('touchStart', 0)
  for (const part of [0.1, 0.3, 0.6, 0.9, 1]) await touch('touchMove', part)
  const lift = async () => void (await touch('touchEnd', 1))
  if (lifts) await lift()
  return lift
}

/** Stops the page's clock. Undo is available for 12 s, and a busy machine may need that long between two steps. */
const noToastFades = stopClock

const click = (name: string) => (page: Page) => page.getByRole('button', { name }).click()
const press = (key: string) => (page: Page) => page.keyboard.press(key)

describe('curation', () => {
  it.each<[title: string, act: (page: Page) => Promise<unknown>, action: string, toast: string]>([
    ['the Keep button', click('Keep'), 'keep', 'Kept.'],
    ['the key K', press('k'), 'keep', 'Kept.'],
    ['a swipe up', (page) => swipe(page, 10, -250), 'keep', 'Kept.'],
    ['the Remove button', click('Remove'), 'remove', 'Removed.'],
    ['the key R', press('r'), 'remove', 'Removed.'],
    ['a swipe down', (page) => swipe(page, -10, 250), 'remove', 'Removed.'],
  ])('moves the photo by %s and back by Undo', async (_title, act, action, toast) => {
    const { page, asked, answer } = await atWork(browser, phone)
    await noToastFades(page)
    answer(path(action), () => Response.json(moved(action)))
    answer(path('restore'), () => Response.json({ ...moved('restore'), destination_folder: 'root' }))
    await act(page)
    await page.getByText(toast).waitFor()
    await pictureOf(page, 'two')
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('Moved back to the inbox.').waitFor()
    await pictureOf(page, 'one')
    expect(asked.at(-1)).toMatchObject({ path: path('restore'), body: { from: action } })
    expect(asked).toHaveLength(2)
  })

  it('shows the next photo before the server answers, and undoes after the answer', async () => {
    const { page, asked, answer } = await atWork(browser)
    await prefetched(page, 'two')
    const arrived = Promise.withResolvers<Response>()
    answer(path('keep'), () => arrived.promise)
    answer(path('restore'), () => Response.json(moved('restore')))
    await page.keyboard.press('k')
    await pictureOf(page, 'two')
    await page.keyboard.press('u')
    await eventually(() => expect(asked.map(({ path }) => path)).toEqual([path('keep')]))
    arrived.resolve(Response.json(moved('keep')))
    await page.getByText('Moved back to the inbox.').waitFor()
    await pictureOf(page, 'one')
  })

  it('sends a single request when the key is pressed repeatedly', async () => {
    const { page, answer } = await atWork(browser)
    const arrived = Promise.withResolvers<Response>()
    answer(path('keep'), () => arrived.promise)
    // Records requests when the page sends them, because the next photo may appear before any request arrives.
    const sent: string[] = []
    page.on('request', (request) => sent.push(new URL(request.url()).pathname))
    await page.evaluate(() => {
      for (const _ of [1, 2, 3]) document.dispatchEvent(new KeyboardEvent('keydown', { key: 'k' }))
    })
    arrived.resolve(Response.json(moved('keep')))
    await pictureOf(page, 'two')
    expect(sent.filter((each) => each === path('keep'))).toHaveLength(1)
  })

  it.each<[title: string, begin: (work: Work) => Promise<void> | void, words: string]>([
    [
      'the storage does not answer',
      ({ gallery }) => gallery.script(path('keep'), () => problem(503, 'storage_unavailable')),
      'The storage isn’t responding',
    ],
    [
      'the session has ended',
      ({ gallery }) => gallery.script(path('keep'), () => problem(401, 'not_signed_in')),
      'You’re signed out',
    ],
    ['the connection is gone', ({ page }) => goOffline(page), 'You’re offline'],
  ])('brings the photo back and explains why when %s', async (_title, begin, words) => {
    const work = await atWork(browser)
    const { page } = work
    await prefetched(page, 'two')
    await begin(work)
    await page.keyboard.press('k')
    await page.getByRole('alert').getByText(words).waitFor()
    await page.getByText('Couldn’t keep the photo. It’s back in the inbox.').waitFor()
    await pictureOf(page, 'one')
    expect(new URL(page.url()).searchParams.get('photo')).toBe('one.jpg')
    await page.context().setOffline(false)
  })

  it('repeats a failed action from its message', async () => {
    const { page, gallery } = await atWork(browser)
    gallery.script(path('remove'), () => problem(503, 'storage_unavailable'))
    await page.keyboard.press('r')
    const again = page.getByRole('alert').getByRole('button', { name: 'Try again' })
    await again.waitFor()
    gallery.script(path('remove'), () => Response.json(moved('remove')))
    await again.click()
    await page.getByText('Removed.').waitFor()
    await page.getByText('Couldn’t remove the photo').waitFor({ state: 'detached' })
  })

  it('leaves no photo to act on after the last photo has moved, and restores the photo by Undo', async () => {
    const work = await atWork(browser, { ...desktop, photos: somePhotos(1) })
    const { page, gallery, asked, answer } = work
    await noToastFades(page)
    gallery.script(randomPath, () => problem(404, 'no_photos'))
    answer(path('keep'), () => Response.json(moved('keep')))
    answer(path('restore'), () => Response.json(moved('restore')))
    await page.keyboard.press('k')
    await page.getByRole('heading', { name: 'No photos yet' }).waitFor()
    expect(await page.locator('img.picture').count()).toBe(0)
    expect(new URL(page.url()).search).toBe('')
    await page.keyboard.press('k')
    await page.getByRole('button', { name: 'Undo' }).click()
    await pictureOf(page, 'one')
    expect(asked.map(({ path }) => path)).toEqual([path('keep'), path('restore')])
  })

  it('leaves no photo to act on when the next photo is unavailable', async () => {
    const { page, gallery, answer } = await atWork(browser, { ...desktop, photos: somePhotos(1) })
    gallery.script(randomPath, () => problem(503, 'storage_unavailable'))
    answer(path('remove'), () => Response.json(moved('remove')))
    await page.keyboard.press('r')
    await page.locator('.notice').waitFor()
    expect(await page.locator('img.picture').count()).toBe(0)
    expect(await page.getByRole('toolbar').count()).toBe(0)
    await page.getByText('Removed.').waitFor()
  })

  it('undoes actions step by step, the latest first', async () => {
    const { page, asked, answer } = await atWork(browser)
    await noToastFades(page)
    const two = (action: string) => `/api/images/two.jpg/${action}`
    for (const [at, filename] of [
      [path, 'one.jpg'],
      [two, 'two.jpg'],
    ] as const) {
      answer(at('keep'), () => Response.json({ ...moved('keep'), filename }))
      answer(at('restore'), () => Response.json({ ...moved('restore'), filename }))
    }
    await page.keyboard.press('k')
    await pictureOf(page, 'two')
    await page.keyboard.press('k')
    await pictureOf(page, 'three')
    await page.keyboard.press('u')
    await pictureOf(page, 'two')
    await page.getByRole('button', { name: 'Undo' }).click()
    await pictureOf(page, 'one')
    expect(asked.slice(2).map(({ path }) => path)).toEqual([two('restore'), path('restore')])
  })

  it('keeps the message of a failure after a later success, and does not interrupt the open sheet', async () => {
    const { page, gallery, answer } = await atWork(browser)
    const late = Promise.withResolvers<Response>()
    gallery.script(path('keep'), () => late.promise)
    answer('/api/images/two.jpg/keep', () => Response.json({ ...moved('keep'), filename: 'two.jpg' }))
    await prefetched(page, 'two')
    await page.keyboard.press('k')
    await pictureOf(page, 'two')
    await openSheet(page)
    await captionOf(page, 'Telegram').pressSequentially('abc')
    late.resolve(problem(503, 'storage_unavailable'))
    const failure = page.locator('.toast.bad')
    await failure.waitFor()
    expect(await captionOf(page, 'Telegram').inputValue()).toContain('abc')
    await closeSheet(page)
    await pictureOf(page, 'two')
    await page.keyboard.press('k')
    await page.getByText('Kept.', { exact: true }).waitFor()
    await failure.getByText('Couldn’t keep the photo').waitFor()
    await expectAccessible(page)
    await failure.getByRole('button', { name: 'Show: one.jpg' }).click()
    await pictureOf(page, 'one')
  })

  it('says that nothing was moved in test mode', async () => {
    const { page, answer } = await atWork(browser)
    answer(path('keep'), () => Response.json({ ...moved('keep'), preview_only: true }))
    await page.keyboard.press('k')
    await page.getByText('Test mode: nothing was moved.').waitFor()
    await pictureOf(page, 'one')
  })
})

describe('a swipe', () => {
  it('shows what a release would do, and does nothing when the finger comes back', async () => {
    const { page, asked, answer } = await atWork(browser, phone)
    answer(path('remove'), () => Response.json(moved('remove')))
    const lift = await swipe(page, 0, -60, { lifts: false })
    await page.getByText('Swipe further to keep').waitFor()
    await lift()
    await page.getByText('Swipe further to keep').waitFor({ state: 'hidden' })
    const liftLater = await swipe(page, 0, 260, { lifts: false })
    await page.getByText('Release to remove').waitFor()
    expect(asked).toEqual([])
    await liftLater()
    await page.getByText('Removed.').waitFor()
    await pictureOf(page, 'two')
  })

  it('shows the next photo for a slanted swipe sideways', async () => {
    const { page, gallery } = await atWork(browser, phone)
    await swipe(page, -200, -120)
    await pictureOf(page, 'two')
    expect(gallery.asked.filter((each) => /keep|remove/.test(each))).toEqual([])
  })

  it('applies only to the photo on which the swipe began', async () => {
    const { page, gallery } = await atWork(browser, phone)
    await prefetched(page, 'two')
    const late = Promise.withResolvers<void>()
    gallery.script(randomPath, async () => {
      await late.promise
      return Response.json(somePhotos(3)[2])
    })
    await page.getByRole('button', { name: 'Next' }).click()
    await pictureOf(page, 'two')
    await page.getByRole('button', { name: 'Next' }).click()
    const lift = await swipe(page, 0, -300, { lifts: false })
    await page.getByText('Release to keep').waitFor()
    late.resolve()
    await pictureOf(page, 'three')
    await lift()
    await page.getByText('Release to keep').waitFor({ state: 'hidden' })
    expect(gallery.asked.filter((each) => /keep|remove/.test(each))).toEqual([])
  })

  it('does nothing when keep and remove are off, or over the sheet', async () => {
    const { page, gallery } = await atWork(browser, phone, { keep_enabled: false, remove_enabled: false })
    await swipe(page, 0, -300)
    await swipe(page, 0, 300)
    expect(gallery.asked.filter((each) => /keep|remove/.test(each))).toEqual([])
    await pictureOf(page, 'one')
    const other = await atWork(browser, phone)
    await openSheet(other.page)
    await swipe(other.page, 0, -200)
    expect(other.gallery.asked.filter((each) => /keep|remove/.test(each))).toEqual([])
  })
})

describe('deleting', () => {
  it('deletes only after a confirmation', async () => {
    const { page, asked, answer } = await atWork(browser)
    answer(path('delete'), () => Response.json({ ...moved('delete'), destination_folder: null }))
    await openSheet(page)
    const opener = page.getByRole('button', { name: 'Delete for good' })
    await opener.click()
    // The focus is on Cancel, which changes nothing.
    await page.getByText('This can’t be undone.').waitFor()
    await page.keyboard.press('Enter')
    await opener.waitFor()
    expect(asked).toEqual([])
    expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('Deleted.').waitFor()
    await pictureOf(page, 'two')
    await sheetOf(page).waitFor({ state: 'detached' })
  })

  it('explains a failed deletion and keeps the photo', async () => {
    const { page, gallery } = await atWork(browser)
    gallery.script(path('delete'), () => problem(403, 'feature_disabled'))
    await openSheet(page)
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('This feature is off').waitFor()
    await pictureOf(page, 'one')
  })
})

describe('deleting with an old sign-in', () => {
  it.each([
    ['en', 'Sign in again', 'Delete for good', 'Delete', 'Sign in again to delete'],
    ['de', 'Neu anmelden', 'Endgültig löschen', 'Löschen', 'Zum Löschen neu anmelden'],
  ])('offers a new sign-in in %s, and keeps typed captions for the return', async (...row) => {
    const [locale, link, opener, yes, title] = row
    const { page, gallery } = await atWork(browser, { ...desktop, locale })
    gallery.script(path('delete'), () => problem(401, 'sign_in_too_old'))
    await page.keyboard.press('p')
    const caption = page.getByRole('dialog').getByRole('textbox', { name: 'Telegram' })
    await caption.fill('Half a sentence')
    await page.getByRole('button', { name: opener }).click()
    await page.getByRole('button', { name: yes, exact: true }).click()
    await page.getByText(title).waitFor()
    const href = (await page.getByRole('link', { name: link }).getAttribute('href')) ?? ''
    const { pathname, searchParams } = new URL(href, gallery.origin)
    expect([pathname, searchParams.get('fresh')]).toEqual(['/auth/login', 'true'])
    // Skips the provider, which would return to the address in the link.
    await page.goto(searchParams.get('return_to') ?? '')
    await pictureOf(page, 'one')
    await page.getByRole('dialog').waitFor()
    expect(await caption.inputValue()).toBe('Half a sentence')
  })
})

describe('the tools', () => {
  it('shows only the tools that are on', async () => {
    const { page } = await atWork(browser, desktop, {
      keep_enabled: false,
      publish_enabled: false,
      analyze_caption_enabled: false,
    })
    const buttons = page.getByRole('toolbar').getByRole('button')
    expect(await buttons.allTextContents()).toEqual(['Remove', 'Delete'])
  })
})
