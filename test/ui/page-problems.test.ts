/** Problems of the page without a photo to show. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { openChromium } from '../../scripts/chromium.ts'
import { problem, randomPath, type ScriptedGallery } from '../support/fakes/gallery-server.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import {
  announced,
  goOffline,
  pictureOf,
  prefetched,
  stopClock,
  visiting,
} from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const onePicture = '/api/images/one.jpg/thumbnail'

describe('the page without a first photo', () => {
  it('shows a placeholder until the answer arrives', async () => {
    const { page, gallery } = await visiting(browser)
    const late = Promise.withResolvers<Response>()
    gallery.script(randomPath, () => late.promise)
    await page.goto('/')
    await page.locator('.placeholder').waitFor()
    expect(await announced(page)).toBe('Loading photo')
    expect(await page.getByRole('button', { name: 'Next' }).getAttribute('aria-busy')).toBe('true')
    late.resolve(problem(404, 'no_photos'))
    await page.getByRole('heading', { name: 'No photos yet' }).waitFor()
  })

  it.each([
    [404, 'no_photos', 'No photos yet'],
    [401, 'not_signed_in', 'This gallery is private'],
    [403, 'not_admin', 'You’re not an admin here'],
    [503, 'sign_in_unavailable', 'This gallery is private'],
    [502, 'endpoint_refused', 'This gallery isn’t set up correctly'],
    [502, 'credentials_rejected', 'This gallery isn’t set up correctly'],
    [501, 'provider_unavailable', 'This gallery isn’t set up correctly'],
    [413, 'request_too_large', 'That’s too large'],
    [413, 'a_code_from_the_future', 'That’s too large'],
    [404, 'tenant_not_found', 'Something went wrong'],
    [500, 'internal_error', 'Something went wrong'],
    [418, 'a_code_from_the_future', 'Something went wrong'],
  ])('explains a %i with the code %s, and does not retry on its own', async (status, code, title) => {
    const { page, gallery } = await visiting(browser)
    await stopClock(page)
    gallery.script(randomPath, () => problem(status, code))
    await page.goto('/')
    await page.getByRole('heading', { name: title }).waitFor()
    expect(await announced(page)).toContain(title)
    expect(await page.locator('.request-id').textContent()).toBe(`Request ID: request-${code}`)
    expect(await page.getByRole('button', { name: 'Next' }).count()).toBe(0)
    await page.clock.runFor(600_000)
    expect(gallery.asked).toEqual([randomPath])
    gallery.heal(randomPath)
    await page.getByRole('button', { name: 'Try again' }).click()
    await pictureOf(page, 'one')
  })

  it.each([
    [503, 'config_unavailable', 'Not available right now'],
    [503, 'storage_unavailable', 'Not available right now'],
    [503, 'a_code_from_the_future', 'Not available right now'],
    [429, 'rate_limited', 'One moment, please'],
    [503, 'busy', 'One moment, please'],
  ])(
    'explains a %i with the code %s by the server’s detail, and retries after Retry-After',
    async (status, code, title) => {
      const { page, gallery } = await visiting(browser)
      await stopClock(page)
      gallery.script(randomPath, () => problem(status, code, { 'retry-after': '90' }))
      await page.goto('/')
      await page.getByRole('heading', { name: title }).waitFor()
      expect(await page.getByText(`The server says ${code}.`).first().isVisible()).toBe(true)
      const wait = await secondsLeft(page)
      expect(wait).toBeGreaterThanOrEqual(89)
      expect(wait).toBeLessThanOrEqual(113)
      gallery.heal(randomPath)
      await countDown(page, gallery)
      await pictureOf(page, 'one')
    },
  )

  it('sends no requests in a hidden tab', async () => {
    const { page, gallery } = await visiting(browser)
    await stopClock(page)
    gallery.script(randomPath, () => problem(503, 'storage_unavailable', { 'retry-after': '5' }))
    await page.goto('/')
    await page.locator('.countdown').waitFor()
    await page.evaluate(() => Object.defineProperty(document, 'hidden', { get: () => true }))
    await page.clock.runFor(60_000)
    expect(gallery.asked).toEqual([randomPath])
  })

  it('waits longer after each consecutive failure without Retry-After', async () => {
    const { page, gallery } = await visiting(browser)
    await stopClock(page)
    gallery.script(randomPath, () => problem(503, 'storage_unavailable'))
    await page.goto('/')
    const waits: number[] = []
    for (const attempt of [1, 2, 3, 4, 5, 6]) {
      waits.push(await secondsLeft(page))
      const answered = page.waitForResponse((response) => response.url().endsWith(randomPath))
      await page.getByRole('button', { name: 'Try again' }).click()
      await answered
      await page.locator('[aria-busy=false]').first().waitFor()
      expect(gallery.asked).toHaveLength(attempt + 1)
    }
    expect(waits[0]).toBeGreaterThanOrEqual(5)
    expect(waits[2]).toBeGreaterThan(waits[0] ?? 0)
    expect(waits[5]).toBeGreaterThanOrEqual(60)
    expect(waits[5]).toBeLessThanOrEqual(75)
  })

  it('keeps the focus on the button while its attempt fails', async () => {
    const { page, gallery } = await visiting(browser)
    gallery.script(randomPath, () => problem(500, 'internal_error'))
    await page.goto('/')
    const button = page.getByRole('button', { name: 'Try again' })
    await button.focus()
    const answered = page.waitForResponse((response) => response.url().endsWith(randomPath))
    await page.keyboard.press('Enter')
    await answered
    await page.locator('[aria-busy=false]').first().waitFor()
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
  })

  it('offers another photo when the photo in the address is gone', async () => {
    const { page } = await visiting(browser)
    await page.goto('/?photo=gone.jpg')
    await page.getByRole('heading', { name: 'Photo not found' }).waitFor()
    await page.getByRole('button', { name: 'Show another photo' }).click()
    await pictureOf(page, 'one')
  })

  it.each([
    [
      'a page of a proxy',
      () => new Response('<h1>Bad gateway</h1>', { status: 502 }),
      'Not available right now',
    ],
    ['JSON that is not a photo', () => Response.json({ filenames: [] }), 'Something went wrong'],
    ['incomplete JSON', () => new Response('{"filename":"x'), 'Something went wrong'],
    ['a photo without a thumbnail', () => Response.json({ filename: 'one.jpg' }), 'Something went wrong'],
  ])('shows a problem instead of a blank page for %s', async (_, script, title) => {
    const { page, gallery } = await visiting(browser)
    gallery.script(randomPath, script)
    await page.goto('/')
    await page.getByRole('heading', { name: title }).waitFor()
    expect(await page.getByRole('button', { name: 'Try again' }).isVisible()).toBe(true)
  })
})

describe('the page without a next photo', () => {
  it('keeps the current photo, and steps back', async () => {
    const { page, gallery } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    await prefetched(page, 'two')
    gallery.script(randomPath, () => problem(503, 'storage_unavailable', { 'retry-after': '30' }))
    await page.keyboard.press('Space')
    await pictureOf(page, 'two')
    await page.keyboard.press('Space')
    await page.getByRole('heading', { name: 'Not available right now' }).waitFor()
    await pictureOf(page, 'two')
    await page.keyboard.press('ArrowLeft')
    await pictureOf(page, 'one')
    expect(await page.getByRole('heading', { level: 2 }).count()).toBe(0)
  })

  it('says that it is offline, and continues when the connection returns', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    await prefetched(page, 'two')
    await goOffline(page)
    await page.keyboard.press('Space')
    await pictureOf(page, 'two')
    await page.keyboard.press('Space')
    await page.getByRole('heading', { name: 'You’re offline' }).waitFor()
    await page.context().setOffline(false)
    await pictureOf(page, 'three')
  })

  it('distinguishes an unreachable server from being offline', async () => {
    const { page } = await visiting(browser)
    await page.route(`**${randomPath}`, (route) => route.abort('connectionrefused'))
    await page.goto('/')
    await page.getByRole('heading', { name: 'Can’t reach the gallery' }).waitFor()
  })

  it('stops waiting for a server that accepts a request and never answers', async () => {
    const { page, gallery } = await visiting(browser)
    gallery.script(randomPath, () => new Promise<Response>(() => {}))
    await stopClock(page)
    await page.goto('/')
    await eventually(() => expect(gallery.asked).toHaveLength(1))
    // The page has loaded and sent its own request.
    await page.getByRole('banner').waitFor()
    await page.clock.runFor(20_000)
    await page.getByRole('heading', { name: 'Can’t reach the gallery' }).waitFor()
  })
})

describe('a picture that does not load', () => {
  it.each([
    ['a damaged file', () => problem(422, 'photo_unreadable')],
    ['a file that is too large', () => problem(413, 'photo_too_large')],
    ['a format that no host can resize', () => problem(501, 'thumbnail_unavailable')],
    [
      'a picture that the browser cannot decode',
      () => new Response('no picture', { headers: { 'content-type': 'image/jpeg' } }),
    ],
  ])('explains %s, and offers another photo', async (_, script) => {
    const { page, gallery } = await visiting(browser)
    gallery.script(onePicture, script)
    await page.goto('/')
    await page.getByRole('heading', { name: 'This photo can’t be shown' }).waitFor()
    expect(await page.getByText('The caption of photo one.').first().isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Show another photo' }).click()
    await pictureOf(page, 'two')
  })

  it('loads the picture again after a temporary failure', async () => {
    const { page, gallery } = await visiting(browser)
    gallery.script(onePicture, () => {
      gallery.heal(onePicture)
      return problem(503, 'busy')
    })
    await page.goto('/')
    await pictureOf(page, 'one')
    expect(await page.getByRole('heading', { level: 2 }).count()).toBe(0)
  })

  it('loads the picture automatically when the storage is available again', async () => {
    const { page, gallery } = await visiting(browser)
    await stopClock(page)
    gallery.script(onePicture, () => problem(503, 'storage_unavailable', { 'retry-after': '10' }))
    await page.goto('/')
    await page.getByRole('heading', { name: 'Not available right now' }).waitFor()
    gallery.heal(onePicture)
    await countDown(page, gallery)
    await pictureOf(page, 'one')
  })
})

/** Reads the seconds that the countdown shows. */
async function secondsLeft(page: Page): Promise<number> {
  const countdown = page.locator('.countdown', { hasText: 'Retrying in' })
  const [, minutes = 0, seconds] =
    /(?:(\d+):)?(\d+)(?: s)?$/.exec((await countdown.textContent()) ?? '') ?? []
  return Number(minutes) * 60 + Number(seconds)
}

/** Advances the page's clock to the end of the countdown, and no further, because the timeouts of requests use the same clock. */
async function countDown(page: Page, { asked }: ScriptedGallery): Promise<void> {
  const before = asked.length
  await page.clock.runFor((await secondsLeft(page)) * 1000 - 2000)
  expect(asked).toHaveLength(before)
  await page.clock.runFor(2000)
}
