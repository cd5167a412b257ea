/** Viewing photos by finger, keys, buttons and links. */
import type { Browser, CDPSession, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem, randomPath, somePhotos, versionOf } from '../support/fakes/gallery-server.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { announced, goOffline, pictureOf, prefetched, visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

describe('the first photo', () => {
  it('shows a random photo with its caption, its own address and the gallery’s title', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    expect(await page.getByText('The caption of photo one.').first().isVisible()).toBe(true)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('alice')
    await eventually(async () => expect(await page.title()).toBe('one.jpg · alice'))
    expect(page.url()).toMatch(/\/\?photo=one\.jpg$/)
  })

  const pictureOfOne = `/api/images/one.jpg/thumbnail?size=w1024h768&v=${versionOf('one')}`
  it.each([
    ['the walk', '/', [randomPath], [pictureOfOne]],
    ['a link', '/?photo=one.jpg', ['/api/images/one.jpg', pictureOfOne], []],
  ])(
    'preloads the photo of %s before the script loads, and requests the picture once',
    async (_, path, ahead, after) => {
      const { page, gallery } = await visiting(browser, phone)
      const script = Promise.withResolvers<void>()
      await page.route('**/assets/*.js', async (route) => {
        await script.promise
        await route.continue()
      })
      await page.goto(path, { waitUntil: 'commit' })
      await eventually(() => expect(gallery.asked.toSorted()).toEqual(ahead))
      script.resolve()
      await pictureOf(page, 'one')
      await eventually(() => expect(gallery.asked).toContain(randomPath))
      const first = gallery.asked
      expect(first.slice(0, ahead.length + after.length).toSorted()).toEqual([...ahead, ...after].toSorted())
      expect(first.filter((asked) => asked === pictureOfOne)).toHaveLength(1)
    },
  )

  it('requests the picture as soon as the photo is known, before the app has arrived', async () => {
    const { page, gallery } = await visiting(browser, phone)
    const app = Promise.withResolvers<void>()
    await page.route('**/assets/app-*.js', async (route) => {
      await app.promise
      await route.continue()
    })
    await page.goto('/', { waitUntil: 'commit' })
    await eventually(() => expect(gallery.asked).toEqual([randomPath, pictureOfOne]))
    app.resolve()
    await pictureOf(page, 'one')
    expect(gallery.asked.filter((asked) => asked === pictureOfOne)).toHaveLength(1)
    expect(gallery.asked[0]).toBe(randomPath)
  })

  it('retries a failed first photo on demand', async () => {
    const { page, gallery } = await visiting(browser)
    // Longer than any test, so no automatic retry happens.
    gallery.script(randomPath, () => problem(503, 'storage_unavailable', { 'retry-after': '600' }))
    await page.goto('/')
    await page.getByRole('heading', { name: 'Not available right now' }).waitFor()
    expect(gallery.asked).toEqual([randomPath])
    gallery.heal(randomPath)
    await page.getByRole('button', { name: 'Try again' }).click()
    await pictureOf(page, 'one')
  })

  it('shows the photo that the link names, and no other before it', async () => {
    const { page, gallery } = await visiting(browser)
    await page.goto('/?photo=three.jpg')
    await pictureOf(page, 'three')
    // Both are requested together and may arrive in any order.
    const [photo, picture] = gallery.asked.slice(0, 2).toSorted()
    expect(photo).toBe('/api/images/three.jpg')
    expect(picture).toMatch(/^\/api\/images\/three\.jpg\/thumbnail/)
  })

  it('shows a photo whose name needs escaping', async () => {
    const filename = 'ä & b+c, #1 100%?.jpg'
    const path = `/api/images/${encodeURIComponent(filename)}`
    const photos = somePhotos(1).map((photo) => ({
      ...photo,
      filename,
      thumbnail_url: `${path}/thumbnail?size=w960h640`,
    }))
    const { page } = await visiting(browser, { photos })
    await page.goto(`/?photo=${encodeURIComponent(filename)}`)
    await pictureOf(page, 'one')
    expect(new URL(page.url()).searchParams.get('photo')).toBe(filename)
  })

  it('shows a caption with markup as plain text', async () => {
    const photos = somePhotos(1).map((photo) => ({
      ...photo,
      caption: '<img src=x onerror=alert(1)> & <b>bold</b>',
    }))
    const { page } = await visiting(browser, { photos })
    await page.goto('/')
    await page.getByText('<img src=x onerror=alert(1)> & <b>bold</b>').first().waitFor()
    expect(await page.locator('img[src=x], b').count()).toBe(0)
  })

  it.each([
    ['its caption', { alt_text: null }, 'The caption of photo one.'],
    ['a neutral text', { alt_text: ' ', caption: null }, 'No description'],
  ])('describes a photo without alt text by %s', async (_, part, expected) => {
    const photos = somePhotos(1).map((photo) => ({ ...photo, ...part }))
    const { page } = await visiting(browser, { photos })
    await page.goto('/')
    await page.getByRole('img', { name: expected }).waitFor()
  })
})

describe('Next', () => {
  it.each([
    ['the button', (page: Page) => page.getByRole('button', { name: 'Next' }).click()],
    ['Space', (page: Page) => page.keyboard.press('Space')],
    ['the right arrow', (page: Page) => page.keyboard.press('ArrowRight')],
  ])('shows another photo by %s and announces it to screen readers', async (_, act) => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    await act(page)
    await pictureOf(page, 'two')
    expect(page.url()).toMatch(/photo=two\.jpg$/)
    expect(await announced(page)).toBe('Photo: What photo two shows')
  })

  it('leaves Space to a focused button', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    await prefetched(page, 'two')
    await page.getByRole('button', { name: 'Details', exact: true }).focus()
    await page.keyboard.press('Space')
    await page.getByRole('complementary', { name: 'Details' }).waitFor()
    expect(page.url()).toMatch(/photo=one\.jpg$/)
    await page.getByRole('button', { name: 'Next' }).focus()
    await page.keyboard.press('Space')
    await pictureOf(page, 'two')
    await prefetched(page, 'three')
    expect(page.url()).toMatch(/photo=two\.jpg$/)
  })

  it('leaves keys with a modifier to the browser', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    await prefetched(page, 'two')
    await page.keyboard.press('Control+ArrowRight')
    await page.keyboard.press('Shift+Space')
    expect(page.url()).toMatch(/photo=one\.jpg$/)
  })

  it('shows the prefetched next photo even without a connection', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    await prefetched(page, 'two')
    await goOffline(page)
    await page.keyboard.press('Space')
    await pictureOf(page, 'two')
  })

  it('does not compete with the current picture on a slow connection', async () => {
    const { page, gallery } = await visiting(browser)
    const picture = Promise.withResolvers<Response>()
    gallery.script('/api/images/one.jpg/thumbnail', () => picture.promise)
    await page.goto('/')
    await page.locator('canvas.preview-picture').waitFor()
    const [first, shown, ...others] = gallery.asked
    expect(first).toBe(randomPath)
    expect(shown).toContain('/one.jpg/thumbnail')
    expect(others).toEqual([])
    picture.resolve(new Response(null, { status: 404 }))
  })

  it('moves by a single photo when pressed repeatedly during loading', async () => {
    const { page, gallery } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    await prefetched(page, 'two')
    const late = Promise.withResolvers<Response>()
    gallery.script(randomPath, () => late.promise)
    await page.keyboard.press('Space')
    await pictureOf(page, 'two')
    for (const _ of [1, 2, 3]) await page.keyboard.press('Space')
    expect(await page.getByRole('button', { name: 'Next' }).getAttribute('aria-busy')).toBe('true')
    expect(await announced(page)).toBe('Loading next photo')
    gallery.heal(randomPath)
    late.resolve(Response.json(somePhotos(3)[2]))
    await pictureOf(page, 'three')
    expect(gallery.asked.filter((path) => path === randomPath).length).toBeLessThanOrEqual(4)
    expect(await page.evaluate(() => history.length)).toBe(4)
  })

  it('says that the only photo has no next photo', async () => {
    // Without reduced motion, the hint fades after some seconds.
    const { page } = await visiting(browser, { photos: somePhotos(1), reducedMotion: 'reduce' })
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.keyboard.press('Space')
    await page.locator('.hint', { hasText: 'This is the only photo here.' }).waitFor()
    expect(await announced(page)).toBe('This is the only photo here.')
    expect(await page.evaluate(() => history.length)).toBe(2)
  })
})

describe('going back', () => {
  it.each([
    ['the button', (page: Page) => page.getByRole('button', { name: 'Back' }).click()],
    ['the left arrow', (page: Page) => page.keyboard.press('ArrowLeft')],
    ['the browser', (page: Page) => page.goBack()],
  ])('shows earlier photos of the visit again by %s, and later photos by Next', async (_, back) => {
    const { page, gallery } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    for (const name of ['two', 'three']) {
      await page.keyboard.press('ArrowRight')
      await pictureOf(page, name)
    }
    await prefetched(page, 'four')
    const before = gallery.asked.filter((path) => path === randomPath).length
    await back(page)
    await pictureOf(page, 'two')
    await back(page)
    await pictureOf(page, 'one')
    for (const name of ['two', 'three']) {
      await page.keyboard.press('ArrowRight')
      await pictureOf(page, name)
    }
    expect(gallery.asked.filter((path) => path === randomPath)).toHaveLength(before)
  })

  it('stops at the first photo and says so', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    const back = page.getByRole('button', { name: 'Back' })
    expect(await back.getAttribute('aria-disabled')).toBe('true')
    await page.keyboard.press('ArrowLeft')
    expect(await announced(page)).toBe('This is where you started.')
    expect(page.url()).toMatch(/photo=one\.jpg$/)
  })

  it('stays on the page when pressed twice at the same moment', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.keyboard.press('ArrowRight')
    await pictureOf(page, 'two')
    await page.getByRole('button', { name: 'Back' }).evaluate((button: HTMLElement) => {
      button.click()
      button.click()
    })
    await pictureOf(page, 'one')
    expect(page.url()).toMatch(/photo=one\.jpg$/)
  })

  it('works after a reload, which keeps the photo', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.keyboard.press('ArrowRight')
    await pictureOf(page, 'two')
    await page.reload()
    await pictureOf(page, 'two')
    await page.keyboard.press('ArrowLeft')
    await pictureOf(page, 'one')
  })

  it('does not jump forward when a requested next photo arrives later', async () => {
    const { page, gallery } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    await prefetched(page, 'two')
    const late = Promise.withResolvers<Response>()
    gallery.script(randomPath, () => late.promise)
    await page.keyboard.press('ArrowRight')
    await pictureOf(page, 'two')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowLeft')
    await pictureOf(page, 'one')
    late.resolve(Response.json(somePhotos(3)[2]))
    await prefetched(page, 'three')
    expect(page.url()).toMatch(/photo=one\.jpg$/)
    await pictureOf(page, 'one')
  })
})

describe('swiping on a phone', () => {
  it('shows the next photo for a swipe to the left, and the previous photo for a swipe to the right', async () => {
    const { page } = await visiting(browser, phone)
    await page.goto('/')
    await pictureOf(page, 'one')
    const touch = await page.context().newCDPSession(page)
    await swipe(touch, [300, 400], [120, 410])
    await pictureOf(page, 'two')
    await swipe(touch, [100, 400], [290, 390])
    await pictureOf(page, 'one')
  })

  it('ignores swipes of a few pixels or upwards', async () => {
    const { page } = await visiting(browser, phone)
    await page.goto('/')
    await pictureOf(page, 'one')
    await prefetched(page, 'two')
    const touch = await page.context().newCDPSession(page)
    await swipe(touch, [200, 400], [170, 400])
    await swipe(touch, [200, 600], [195, 300])
    expect(page.url()).toMatch(/photo=one\.jpg$/)
    // The browser delivers touch events asynchronously.
    const picture = page.locator('img.picture')
    await eventually(async () => expect(await picture.evaluate(({ style }) => style.transform)).toBe(''))
  })
})

describe('the details', () => {
  it('opens and closes by button and key, and restores the focus', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    const button = page.getByRole('button', { name: 'Details', exact: true })
    const panel = page.getByRole('complementary', { name: 'Details' })
    expect(await panel.isVisible()).toBe(false)
    await page.keyboard.press('i')
    await panel.waitFor()
    expect(await button.getAttribute('aria-expanded')).toBe('true')
    expect(await panel.getByText('Studio Alice').isVisible()).toBe(true)
    await page.getByRole('link', { name: 'Open full size' }).focus()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'hidden' })
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
    await button.click()
    await panel.waitFor()
    await page.getByRole('button', { name: 'Close details' }).click()
    await panel.waitFor({ state: 'hidden' })
  })

  it.each([
    [
      'English',
      'en-US',
      [
        ['Description', 'What photo one shows'],
        ['Taken', 'June 1, 2026 at 6:30 PM'],
        ['Size', '4,000 × 6,000 pixels'],
        ['Credit', 'Studio Alice'],
        ['Tags', 'rope, dusk'],
        ['File', 'one.jpg'],
      ],
    ],
    [
      'German',
      'de-CH',
      [
        ['Beschreibung', 'What photo one shows'],
        ['Aufgenommen', '1. Juni 2026 um 18:30'],
        ['Größe', '4.000 × 6.000 Pixel'],
        ['Foto von', 'Studio Alice'],
        ['Schlagwörter', 'rope, dusk'],
        ['Datei', 'one.jpg'],
      ],
    ],
  ])('shows description, time, size, credit and tags in %s', async (_, locale, rows) => {
    // The camera's local time applies in every time zone of visitors.
    const { page } = await visiting(browser, { ...desktop, locale, timezoneId: 'Asia/Tokyo' })
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.keyboard.press('i')
    await page.locator('.details dl').waitFor()
    expect(await rowsOf(page)).toEqual(rows)
  })

  it('omits rows without a value', async () => {
    const { page, gallery } = await visiting(browser)
    const [photo] = somePhotos(1)
    const metadata = {
      ...photo?.metadata,
      tags: [],
      taken_at: 'yesterday',
      width: 0,
      credit: ' ',
      note: 'private',
    }
    gallery.script('/api/images/random', () => Response.json({ ...photo, sha256: null, metadata }))
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.keyboard.press('i')
    await page.locator('.details dl').waitFor()
    expect(await rowsOf(page)).toEqual([
      ['Description', 'What photo one shows'],
      ['File', 'one.jpg'],
    ])
  })

  it('shows an admin the original and the data for admins only', async () => {
    const { page, gallery } = await visiting(browser)
    const [photo] = somePhotos(1)
    gallery.script('/api/images/random', () =>
      Response.json({
        ...photo,
        sd_caption: 'a rope at dusk',
        metadata: {
          alt_text: 'What photo one shows',
          artist_alias: 'Alice',
          moderation: ['nudity'],
          dropbox_file_id: 'id:1',
        },
        picture: { width: 300, height: 200, taken_at: null },
      }),
    )
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.keyboard.press('i')
    await page.getByRole('link', { name: 'Open original (opens in a new tab)' }).waitFor()
    expect(await rowsOf(page)).toEqual([
      ['Description', 'What photo one shows'],
      ['Size', '300 × 200 pixels'],
      ['Credit', 'Alice'],
      ['Training prompt', 'a rope at dusk'],
      ['File', 'one.jpg'],
    ])
  })

  it('links to the full size, which the page never loads on its own', async () => {
    const { page, gallery } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.keyboard.press('i')
    await page.keyboard.press('ArrowRight')
    await pictureOf(page, 'two')
    const link = page.getByRole('link', { name: 'Open full size (opens in a new tab)' })
    expect(await link.getAttribute('href')).toBe('/full-size/two.jpg')
    expect(await link.getAttribute('rel')).toContain('noopener')
    expect(gallery.asked.filter((path) => path.startsWith('/full-size'))).toEqual([])
  })
})

/** Reads label and value of each row of the details. */
function rowsOf(page: Page): Promise<string[][]> {
  return page
    .locator('.details dl > div')
    .evaluateAll((rows) =>
      rows.map((row) => ['dt', 'dd'].map((part) => row.querySelector(part)?.textContent ?? '')),
    )
}

describe('the size of the picture', () => {
  const small = { viewport: { width: 360, height: 270 }, deviceScaleFactor: 1 }
  it.each([
    ['a small window', small, 'w480h320'],
    ['a small window of a dense screen', { ...small, deviceScaleFactor: 2 }, 'w960h640'],
    ['the dense screen of a phone', phone, 'w1024h768'],
  ])('fits %s', async (_, window, size) => {
    const { page, gallery } = await visiting(browser, window)
    await page.goto('/')
    await pictureOf(page, 'one')
    expect(gallery.asked).toContain(`/api/images/one.jpg/thumbnail?size=${size}&v=${versionOf('one')}`)
    await prefetched(page, 'two')
    await page.keyboard.press('Space')
    await pictureOf(page, 'two')
    // Ignores the blurred preview of a photo that is not decoded yet.
    const asked = gallery.asked.filter((path) => /two\.jpg\/thumbnail(?!.*w256h256)/.test(path))
    expect(asked).toEqual([`/api/images/two.jpg/thumbnail?size=${size}&v=${versionOf('two')}`])
  })
})

async function swipe(
  touch: CDPSession,
  [fromX, fromY]: [number, number],
  [toX, toY]: [number, number],
): Promise<void> {
  const at = (part: number) => [{ x: fromX + (toX - fromX) * part, y: fromY + (toY - fromY) * part }]
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) })
  for (const part of [0.2, 0.4, 0.6, 0.8, 1]) {
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(part) })
  }
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}
