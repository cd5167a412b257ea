/** The grid of all photos, for visitors. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { manyPhotos, problem, somePhotos } from '../support/fakes/gallery-server.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { announced, pictureOf, stopClock, visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const tile = (page: Page, name: string) => page.getByRole('link', { name: `${name}.jpg` })
const names = (page: Page) =>
  page.locator('a.tile').evaluateAll((tiles) => tiles.map((found) => found.getAttribute('title')))
const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('title'))

describe('a grid whose pictures are refused for a while', () => {
  it('shows the pause, requests nothing meanwhile, and continues after Retry-After', async () => {
    const { page, gallery } = await visiting(browser, { ...desktop, photos: somePhotos(5) })
    await stopClock(page)
    const thumbnails = somePhotos(5).map(({ filename }) => `/api/images/${filename}/thumbnail`)
    for (const path of thumbnails) {
      gallery.script(path, () =>
        problem(429, 'rate_limited', { 'retry-after': '10', 'cache-control': 'no-store' }),
      )
    }
    await page.goto('/?view=grid')
    await page.getByRole('heading', { name: 'One moment, please' }).waitFor()
    await page.locator('.countdown').waitFor()
    const asked = () => gallery.asked.filter((path) => path.includes('/thumbnail')).length
    // Five tiles, and a single request for the reason.
    await eventually(async () => expect(asked()).toBe(6))
    await page.clock.runFor(9000)
    expect(asked()).toBe(6)
    for (const path of thumbnails) gallery.heal(path)
    await page.clock.runFor(5000)
    const loaded = () =>
      page.evaluate(
        () =>
          [...document.querySelectorAll<HTMLImageElement>('.thumbnail')].filter((one) => one.naturalWidth)
            .length,
      )
    await eventually(async () => expect(await loaded()).toBe(5))
    expect(await page.getByRole('heading', { name: 'One moment, please' }).count()).toBe(0)
    expect(await page.locator('.broken-name').count()).toBe(0)
    expect(asked()).toBe(11)
  })

  it('shows the name of a damaged picture and stops requesting that picture', async () => {
    const { page, gallery } = await visiting(browser, { ...desktop, photos: somePhotos(3) })
    const path = '/api/images/two.jpg/thumbnail'
    gallery.script(path, () => problem(422, 'photo_unreadable'))
    await page.goto('/?view=grid')
    await page.locator('.broken-name').waitFor()
    expect(await page.locator('.broken-name').allTextContents()).toEqual(['two.jpg'])
    expect(gallery.asked.filter((asked) => asked.startsWith(path))).toHaveLength(2)
  })
})

describe.each([
  ['on a phone', phone],
  ['on a desktop', desktop],
])('the grid %s', (_where, window) => {
  it('opens by its button, opens a photo in its order, and returns on the way back', async () => {
    const { page } = await visiting(browser, window)
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('button', { name: 'All photos' }).click()
    await tile(page, 'three').waitFor()
    expect(page.url()).toMatch(/\/\?view=grid$/)
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).not.toBeNull()
    await page.getByText('4 photos').first().waitFor()
    await tile(page, 'three').click()
    await pictureOf(page, 'three')
    await page.getByText('3 / 4', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Next' }).click()
    await pictureOf(page, 'four')
    await page.getByText('4 / 4', { exact: true }).waitFor()
    await page.keyboard.press('ArrowRight')
    expect(await announced(page)).toBe('This is the last photo.')
    await page.goBack()
    await tile(page, 'four').waitFor()
    expect(await focused(page)).toBe('four.jpg')
    await page.goBack()
    await pictureOf(page, 'one')
    await page.getByText('4 photos').first().waitFor()
  })

  it('closes to a photo when it was opened by its address, even to a prefetched photo', async () => {
    const { page } = await visiting(browser, { photos: somePhotos(1) })
    await page.goto('/?view=grid')
    await page.getByRole('link', { name: 'one.jpg' }).click()
    await pictureOf(page, 'one')
    await page.goBack()
    await page.getByRole('link', { name: 'one.jpg' }).waitFor()
    await page.keyboard.press('g')
    await page.waitForURL(/photo=one/)
    await pictureOf(page, 'one')
    expect(await page.locator('.hint').count()).toBe(0)
  })

  it('finds photos regardless of case and accents, and says when no photo matches', async () => {
    const photos = somePhotos(4).map((photo, place) => ({
      ...photo,
      filename: place ? photo.filename : 'Été.jpg',
    }))
    const { page } = await visiting(browser, { ...window, photos })
    await page.goto('/?view=grid')
    await tile(page, 'two').waitFor()
    const search = page.getByRole('searchbox', { name: 'Search by name' })
    await search.fill('ete')
    await eventually(async () => expect(await names(page)).toEqual(['Été.jpg']))
    expect(new URL(page.url()).searchParams.get('q')).toBe('ete')
    // A trailing space stays in the field, although the search ignores it.
    await search.fill('été ')
    await page.waitForFunction(() => new URL(location.href).searchParams.get('q') === 'été')
    await search.pressSequentially('n')
    expect(await search.inputValue()).toBe('été n')
    await search.fill('nothing like it')
    await page.getByRole('heading', { name: 'No photos found' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Show all photos' }).click()
    await tile(page, 'two').waitFor()
    expect(await search.inputValue()).toBe('')
  })

  it('lists photos in the chosen order and keeps the order in the address', async () => {
    const { page } = await visiting(browser, window)
    await page.goto('/?view=grid')
    await tile(page, 'one').waitFor()
    expect(await page.getByRole('option').allTextContents()).toEqual(['By name', 'Newest first'])
    await page.getByLabel('Sort order').selectOption('Newest first')
    await eventually(async () =>
      expect(await names(page)).toEqual(['four.jpg', 'three.jpg', 'two.jpg', 'one.jpg']),
    )
    await page.reload()
    await eventually(async () => expect((await names(page))[0]).toBe('four.jpg'))
  })

  it('keeps the document small and free of layout shifts with ten thousand photos', async () => {
    const { page, gallery } = await visiting(browser, { ...window, photos: manyPhotos(10_000) })
    await page.addInitScript(() => {
      const shifts: number[] = []
      Object.assign(globalThis, { shifts })
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push(Number(Reflect.get(entry, 'value')))
      }).observe({ type: 'layout-shift', buffered: true })
    })
    await page.goto('/?view=grid')
    await page.getByText('10,000 photos').first().waitFor()
    const nodes = () => page.evaluate(() => document.querySelectorAll('*').length)
    const most = []
    for (const part of [0.1, 0.35, 0.6, 0.85, 1]) {
      await page.locator('.wall').evaluate((wall, at) => wall.scrollTo(0, wall.scrollHeight * at), part)
      const place = Math.min(9999, Math.round(part * 9999))
      await page.waitForFunction((index) => {
        const first = document.querySelector<HTMLElement>('.row:nth-child(2) a.tile')
        return Math.abs(Number(first?.dataset.index) - index) < 300
      }, place)
      most.push(await nodes())
    }
    expect(Math.max(...most)).toBeLessThan(1000)
    await tile(page, 'photo-09999').waitFor()
    expect(await page.evaluate(() => Reflect.get(globalThis, 'shifts'))).toEqual([])
    expect(gallery.asked.filter((path) => path.includes('/thumbnail')).length).toBeLessThan(1000)
  })

  it.each(['dark', 'light'] as const)('passes axe in %s colours', async (colorScheme) => {
    const { page } = await visiting(browser, { ...window, colorScheme })
    await page.goto('/')
    await pictureOf(page, 'one')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'All photos' }).click()
    await page.waitForFunction(() => document.querySelector<HTMLImageElement>('.thumbnail')?.naturalWidth)
    await expectAccessible(page)
    await tile(page, 'two').click()
    await pictureOf(page, 'two')
    await expectAccessible(page)
  })
})

describe('the grid', () => {
  it('moves between tiles by keys', async () => {
    const { page } = await visiting(browser, { photos: manyPhotos(500) })
    await page.goto('/?view=grid')
    await tile(page, 'photo-00000').focus()
    const columns = Number(await page.getByRole('grid').getAttribute('aria-colcount'))
    const name = (place: number) => `photo-${String(place).padStart(5, '0')}.jpg`
    for (const [key, place] of [
      ['ArrowRight', 1],
      ['ArrowDown', columns + 1],
      ['ArrowLeft', columns],
      ['ArrowUp', 0],
      ['End', 499],
      ['Home', 0],
    ] as const) {
      await page.keyboard.press(key)
      await eventually(async () => expect(await focused(page)).toBe(name(place)))
    }
    await page.keyboard.press('PageDown')
    await page.keyboard.press('PageUp')
    await eventually(async () => expect(await focused(page)).toBe(name(0)))
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await page.getByText('500 / 500', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await eventually(async () => expect(await focused(page)).toBe(name(499)))
    await page.keyboard.press('g')
    await page.getByRole('button', { name: 'Next' }).waitFor()
  })

  it('updates only the two tiles of a step, and no tile when a search has the same results', async () => {
    const { page } = await visiting(browser, { photos: manyPhotos(500) })
    await page.goto('/?view=grid')
    await tile(page, 'photo-00000').focus()
    // A picture that arrives changes its own tile.
    await page.waitForFunction(() => {
      const pictures = [...document.querySelectorAll<HTMLImageElement>('.tiles img')]
      return pictures.every(({ naturalWidth }) => naturalWidth > 0) && !document.querySelector('.blurred')
    })
    await page.evaluate(() => {
      const tiles = document.querySelector('.tiles')
      if (!tiles) throw new Error('there are no tiles')
      const changed: (string | null)[] = []
      Object.assign(globalThis, { changed })
      const observer = new MutationObserver((records) => {
        for (const { target, type, attributeName } of records) {
          if (attributeName === 'href' || attributeName === 'aria-busy') continue
          changed.push(
            target instanceof Element && type === 'attributes' ? target.getAttribute('title') : type,
          )
        }
      })
      observer.observe(tiles, { subtree: true, childList: true, attributes: true })
    })
    const changed = () => page.evaluate(() => Reflect.get(globalThis, 'changed'))
    await page.keyboard.press('ArrowRight')
    await eventually(async () => expect(await focused(page)).toBe('photo-00001.jpg'))
    expect(await changed()).toEqual(expect.arrayContaining(['photo-00000.jpg', 'photo-00001.jpg']))
    expect(await changed()).toHaveLength(2)
    const search = page.getByRole('searchbox', { name: 'Search by name' })
    for (const typed of ['PHOTO', 'photo-0']) {
      await search.fill(typed)
      await page.waitForFunction((q) => new URL(location.href).searchParams.get('q') === q, typed)
    }
    await page.getByText('500 photos').first().waitFor()
    // The Tab key reaches the first tile again.
    expect(new Set(await changed())).toEqual(new Set(['photo-00000.jpg', 'photo-00001.jpg']))
  })

  it('shows the same photos when a phone is turned', async () => {
    const { page } = await visiting(browser, { ...phone, photos: manyPhotos(2000) })
    await page.goto('/?view=grid')
    await tile(page, 'photo-00000').waitFor()
    await page.locator('.wall').evaluate((wall) => wall.scrollTo(0, wall.scrollHeight / 2))
    await tile(page, 'photo-01000').waitFor()
    const firstInSight = () =>
      page.evaluate(() => {
        const top = document.querySelector('.wall')?.getBoundingClientRect().top ?? 0
        const tiles = [...document.querySelectorAll<HTMLElement>('a.tile')]
        return Number(tiles.find((found) => found.getBoundingClientRect().bottom > top)?.dataset.index)
      })
    const before = await firstInSight()
    const columns = () => page.getByRole('grid').getAttribute('aria-colcount')
    const upright = await columns()
    for (const [width, height] of [
      [844, 390],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height })
      await eventually(async () => expect((await columns()) === upright).toBe(width < height))
      await eventually(async () => expect(Math.abs((await firstInSight()) - before)).toBeLessThan(15))
    }
  })

  it('stays closed when a photo is opened before a pending search starts', async () => {
    const { page } = await visiting(browser)
    await page.goto('/?view=grid')
    await tile(page, 'three').waitFor()
    await page.evaluate(() => {
      const field = document.querySelector<HTMLInputElement>('input.search')
      if (!field) throw new Error('there is no search field')
      field.value = 'two'
      field.dispatchEvent(new Event('input', { bubbles: true }))
      return new Promise<void>((resolve) => {
        setTimeout(() => {
          document.querySelector<HTMLElement>('a[title="three.jpg"]')?.click()
          // Simulates a slow device, on which the search is due before anything is painted.
          for (const end = performance.now() + 300; performance.now() < end; );
          setTimeout(resolve, 0)
        }, 100)
      })
    })
    await pictureOf(page, 'three')
    expect(await page.locator('.wall').count()).toBe(0)
    await page.goBack()
    await tile(page, 'three').waitFor()
    expect(page.url()).toMatch(/\/\?view=grid$/)
  })

  it('retries when the countdown ends, despite renders in between', async () => {
    const { page, gallery } = await visiting(browser)
    await stopClock(page)
    gallery.script('/api/images/list', () => problem(503, 'storage_unavailable', { 'retry-after': '3' }))
    await page.goto('/?view=grid')
    await page.locator('.countdown').waitFor()
    for (const width of [1000, 1040, 1080, 1120]) {
      const before = await page.locator('.tiles').boundingBox()
      await page.setViewportSize({ width, height: 800 })
      await eventually(async () => expect(await page.locator('.tiles').boundingBox()).not.toEqual(before))
      await page.clock.runFor(1000)
    }
    await eventually(() => expect(gallery.asked.length).toBeGreaterThan(1))
  })

  it('cancels requests for pictures that were scrolled away', async () => {
    const { page, gallery } = await visiting(browser, { photos: manyPhotos(3000) })
    const path = '/api/images/photo-00010.jpg/thumbnail'
    const never = Promise.withResolvers<Response>()
    gallery.script(path, () => never.promise)
    const cancelled = page.waitForEvent('requestfailed', (request) => request.url().includes(path))
    await page.goto('/?view=grid')
    await eventually(() => expect(gallery.asked.some((asked) => asked.startsWith(path))).toBe(true))
    await page.locator('.wall').evaluate((wall) => wall.scrollTo(0, wall.scrollHeight / 2))
    expect((await cancelled).failure()?.errorText).toContain('ERR_ABORTED')
    never.resolve(new Response(null, { status: 404 }))
  })

  it('opens from a link to a photo in it, and shows the photo’s place', async () => {
    const { page } = await visiting(browser)
    await page.goto('/?view=grid&sort=newest&photo=three.jpg')
    await pictureOf(page, 'three')
    await page.getByText('2 / 4', { exact: true }).waitFor()
    await page.keyboard.press('ArrowRight')
    await pictureOf(page, 'two')
    await page.keyboard.press('Escape')
    await tile(page, 'two').waitFor()
    expect(page.url()).toMatch(/\/\?view=grid&sort=newest$/)
  })

  it.each([
    [404, 'no_photos', 'No photos yet'],
    [401, 'not_signed_in', 'This gallery is private'],
    [503, 'storage_unavailable', 'Not available right now'],
    [429, 'rate_limited', 'One moment, please'],
  ])('explains a %i with the code %s, and retries on demand', async (status, code, title) => {
    const { page, gallery } = await visiting(browser)
    // An automatic retry would come later than the end of any test, so only the button retries.
    gallery.script('/api/images/list', () => problem(status, code, { 'retry-after': '600' }))
    await page.goto('/?view=grid')
    await page.getByRole('heading', { name: title }).waitFor()
    await expectAccessible(page)
    gallery.heal('/api/images/list')
    await page.getByRole('button', { name: 'Try again' }).click()
    await tile(page, 'one').waitFor()
  })

  it('says when the gallery is empty', async () => {
    const { page } = await visiting(browser, { photos: [] })
    await page.goto('/?view=grid')
    await page.getByRole('heading', { name: 'No photos yet' }).waitFor()
  })

  it('shows a visitor no admin tools, even at an address for admins', async () => {
    const { page, gallery } = await visiting(browser)
    const files: string[] = []
    page.on('request', (request) => files.push(request.url()))
    gallery.script('/api/config/features', () => Response.json({ auth_mode: 'auth0', library_enabled: true }))
    await page.goto('/?view=grid&folder=archive')
    await tile(page, 'one').waitFor()
    expect(await page.getByRole('navigation', { name: 'Folders' }).count()).toBe(0)
    expect(await page.getByRole('checkbox').count()).toBe(0)
    expect(files.filter((url) => /library|workbench/.test(url))).toEqual([])
  })

  it('works in the narrowest window, at twice the font size and with reduced motion', async () => {
    for (const viewport of [
      { width: 320, height: 256 },
      { width: 320, height: 568 },
      { width: 844, height: 390 },
    ]) {
      const { page } = await visiting(browser, { viewport, reducedMotion: 'reduce' })
      await page.goto('/?view=grid')
      await tile(page, 'one').waitFor()
      await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'))
      await page.getByRole('searchbox').click({ trial: true })
      await page.getByRole('button', { name: 'One photo at a time' }).click({ trial: true })
      await tile(page, 'one').click({ trial: true })
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(tooWide).toBeLessThanOrEqual(0)
      expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
    }
  })
})

describe('the sheet of shortcuts', () => {
  it('opens on ?, keeps the focus, lists only shortcuts for visitors, and restores the focus', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    const details = page.getByRole('button', { name: 'Details', exact: true })
    await details.focus()
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await sheet.waitFor()
    await expectAccessible(page)
    expect(await sheet.getByText('Keep').count()).toBe(0)
    for (const _ of [1, 2, 3]) await page.keyboard.press('Tab')
    expect(
      await page.evaluate(
        () => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null,
      ),
    ).toBe(true)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'hidden' })
    expect(page.url()).toMatch(/photo=one\.jpg$/)
    expect(await details.evaluate((element) => element === document.activeElement)).toBe(true)
  })

  it('receives the next key at once instead of the page below', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    const pressTwo = (first: string, second: string) =>
      page.evaluate(
        (keys) => {
          for (const key of keys)
            document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
        },
        [first, second],
      )
    await pressTwo('?', 'g')
    await page.locator('dialog[open]').waitFor()
    expect(page.url()).toMatch(/photo=one\.jpg$/)
    await page.keyboard.press('Escape')
    await page.locator('dialog[open]').waitFor({ state: 'detached' })
    await page.keyboard.press('g')
    await page.waitForURL(/view=grid/)
  })

  it('remembers that letter keys are turned off', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.keyboard.press('?')
    await page.getByLabel('Use letter keys as shortcuts').uncheck()
    await page.getByRole('button', { name: 'Close shortcuts' }).click()
    await page.reload()
    await pictureOf(page, 'one')
    await page.keyboard.press('g')
    await page.keyboard.press('ArrowRight')
    await page.waitForURL(/\?photo=(?!one)/)
  })

  it('offers Tab a button that skips to the photos', async () => {
    const { page } = await visiting(browser)
    await page.goto('/?view=grid')
    await tile(page, 'one').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await focused(page)).toBe('one.jpg')
  })
})
