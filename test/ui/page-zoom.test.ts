/** Full-size view, placeholders of photos that are loading, and the sizes that the page loads. */
import type { Browser, CDPSession, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem, type ScriptedGallery, somePhotos, versionOf } from '../support/fakes/gallery-server.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { pictureOf, prefetched, visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

/** Returns the scale of the photo, 1 at rest. */
const scaleOf = (page: Page) =>
  page.locator('img.picture').evaluate((picture) => {
    const { a } = new DOMMatrix(picture.style.transform)
    return Math.round(a * 100) / 100
  })

const middleOf = async (page: Page) => {
  const box = await page.locator('img.picture').boundingBox()
  return { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 }
}

const sizeOfOne = (size: string) => `/api/images/one.jpg/thumbnail?size=${size}&v=${versionOf('one')}`

async function seeing(window: object): Promise<{ page: Page; gallery: ScriptedGallery }> {
  const visit = await visiting(browser, window)
  await visit.page.goto('/')
  await pictureOf(visit.page, 'one')
  await prefetched(visit.page, 'two')
  return visit
}

describe('zooming in', () => {
  it.each([
    [
      'a double click',
      (page: Page) => page.locator('img.picture').dblclick({ position: { x: 600, y: 300 } }),
    ],
    ['the key Z', (page: Page) => page.keyboard.press('z')],
    ['the plus key', (page: Page) => page.keyboard.press('+')],
    ['the button', (page: Page) => page.getByRole('button', { name: 'Zoom in' }).click()],
    ['a pinch on a trackpad', (page: Page) => pinchTrackpad(page)],
  ])('loads a larger size by %s, and Escape shows the whole photo again', async (_, act) => {
    const { page, gallery } = await seeing(desktop)
    await act(page)
    await eventually(async () => expect(await scaleOf(page)).toBeGreaterThan(1.2))
    await page.waitForFunction(() => /w2048h1536|w4096h4096/.test(document.querySelector('img')?.src ?? ''))
    expect(gallery.asked).toContain(sizeOfOne('w2048h1536'))
    await page.keyboard.press('Escape')
    expect(await scaleOf(page)).toBe(1)
    expect(page.url()).toMatch(/photo=one\.jpg$/)
  })

  it('shows real pixels in the same place, and frees them at the end', async () => {
    const { page, gallery } = await seeing(desktop)
    const shown = () => page.evaluate(() => document.querySelector('img')?.currentSrc.split('size=')[1])
    await page.keyboard.press('z')
    await eventually(async () => expect(await scaleOf(page)).toBe(2.5))
    await page.getByRole('button', { name: 'Zoom in' }).click()
    await atRest(page)
    const place = await middleOf(page)
    await eventually(async () => expect(await shown()).toContain('w4096h4096'))
    const { x, y } = await middleOf(page)
    expect(Math.abs(x - place.x)).toBeLessThan(1)
    expect(Math.abs(y - place.y)).toBeLessThan(1)
    expect(await scaleOf(page)).toBe(3.75)
    expect(gallery.asked.filter((path) => path === sizeOfOne('w4096h4096'))).toHaveLength(1)
    await page.keyboard.press('Escape')
    await eventually(async () => expect(await shown()).not.toContain('w4096h4096'))
    expect(await page.locator('img.picture').getAttribute('srcset')).not.toBeNull()
  })

  it.each([
    ['the original has no more pixels', { width: 2048, height: 1365 }, {}],
    ['the visitor saves data', { width: 6000, height: 4000 }, { saveData: true }],
  ])('stops at the smaller size where %s', async (_, pixels, connection) => {
    const photos = somePhotos(2).map((photo) => ({ ...photo, metadata: { ...photo.metadata, ...pixels } }))
    const { page, gallery } = await visiting(browser, { ...desktop, photos })
    await page.addInitScript((value) => {
      Object.defineProperty(navigator, 'connection', { value })
    }, connection)
    await page.goto('/')
    await pictureOf(page, 'one')
    for (const _step of Array(10)) await page.keyboard.press('+')
    await page.waitForFunction(() => document.querySelector('img')?.src.includes('w2048h1536'))
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => document.querySelector('img')?.hasAttribute('srcset'))
    expect(gallery.asked.filter((path) => path.includes('w4096h4096'))).toEqual([])
  })

  it('keeps the smaller picture where the server lacks the largest size', async () => {
    const { page, gallery } = await visiting(browser, desktop)
    gallery.script('/api/images/one.jpg/thumbnail', (request) => {
      const size = new URL(request.url).searchParams.get('size') ?? ''
      return size === 'w4096h4096' ? problem(400, 'invalid_request') : gallery.picture(0, size)
    })
    await page.goto('/')
    await pictureOf(page, 'one')
    for (const _step of Array(10)) await page.keyboard.press('+')
    await eventually(() => expect(gallery.asked).toContain(sizeOfOne('w4096h4096')))
    await page.waitForFunction(() => document.querySelector('img')?.src.includes('w2048h1536'))
    expect(await page.locator('.notice').count()).toBe(0)
    expect(gallery.asked.filter((path) => path.includes('w4096h4096'))).toHaveLength(1)
  })

  it('zooms by steps on the keyboard up to the maximum, and announces the scale', async () => {
    const { page } = await seeing(desktop)
    await page.keyboard.press('+')
    expect(await scaleOf(page)).toBe(1.5)
    await page.getByText('Zoomed to 150%').waitFor({ state: 'attached' })
    for (const _ of Array(10)) await page.keyboard.press('+')
    expect(await scaleOf(page)).toBe(6)
    await page.keyboard.press('-')
    expect(await scaleOf(page)).toBe(4)
    await page.keyboard.press('0')
    expect(await scaleOf(page)).toBe(1)
  })

  it('moves the photo by arrow keys, but never out of view', async () => {
    const { page } = await seeing(desktop)
    await page.keyboard.press('z')
    const before = await middleOf(page)
    await page.keyboard.press('ArrowLeft')
    await eventually(async () => expect((await middleOf(page)).x).toBeGreaterThan(before.x))
    expect(page.url()).toMatch(/photo=one\.jpg$/)
    for (const _ of Array(40)) await page.keyboard.press('ArrowLeft')
    await eventually(async () => {
      const box = await photoBox(page)
      expect(box.left).toBeCloseTo(0, 0)
    })
  })

  it('keeps the keyboard on the photo meanwhile, and restores the focus', async () => {
    const { page } = await seeing(desktop)
    const details = page.getByRole('button', { name: 'Details', exact: true })
    await details.focus()
    await page.keyboard.press('z')
    const reached = new Set<string | null>()
    for (const _ of Array(6)) {
      await page.keyboard.press('Tab')
      reached.add(await page.evaluate(() => document.activeElement?.ariaLabel ?? null))
    }
    expect([...reached].filter((label) => label !== null).sort()).toEqual([
      'Show the whole photo',
      'Zoom in',
      'Zoom out',
    ])
    await page.keyboard.press('Escape')
    expect(await details.evaluate((element) => element === document.activeElement)).toBe(true)
  })

  it('ends with the next photo', async () => {
    const { page } = await seeing(desktop)
    await page.keyboard.press('z')
    await page.keyboard.press('Space')
    await pictureOf(page, 'two')
    expect(await scaleOf(page)).toBe(1)
    expect(await page.getByRole('button', { name: 'Zoom out' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Next' }).click()
    await pictureOf(page, 'three')
  })

  it('zooms without animation when motion is reduced', async () => {
    const { page } = await seeing({ ...desktop, reducedMotion: 'reduce' })
    await page.keyboard.press('z')
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
    expect(await scaleOf(page)).toBe(2.5)
  })
})

describe('zooming by touch', () => {
  it('zooms by pinches, and pans instead of swiping', async () => {
    const { page } = await seeing(phone)
    const touch = await page.context().newCDPSession(page)
    await pinch(touch, 60, 240)
    await eventually(async () => expect(await scaleOf(page)).toBeGreaterThan(2))
    await drag(touch, [320, 400], [60, 400])
    await eventually(async () => {
      const box = await photoBox(page)
      expect(box.left).toBeLessThan(-100)
    })
    expect(page.url()).toMatch(/photo=one\.jpg$/)
    await pinch(touch, 300, 40)
    await eventually(async () => expect(await scaleOf(page)).toBe(1))
    await drag(touch, [320, 400], [100, 400])
    await pictureOf(page, 'two')
  })

  it('zooms in by a double tap, and out by another', async () => {
    const { page } = await seeing(phone)
    const touch = await page.context().newCDPSession(page)
    await tapTwice(touch)
    await eventually(async () => expect(await scaleOf(page)).toBe(2.5))
    await tapTwice(touch)
    await eventually(async () => expect(await scaleOf(page)).toBe(1))
  })

  it('offers buttons that are large enough for a thumb', async () => {
    const { page } = await seeing(phone)
    await page.getByRole('button', { name: 'Zoom in' }).tap()
    for (const name of ['Zoom out', 'Zoom in', 'Show the whole photo']) {
      const box = await page.getByRole('button', { name }).boundingBox()
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44)
    }
    await page.getByRole('button', { name: 'Show the whole photo' }).tap()
    await eventually(async () => expect(await scaleOf(page)).toBe(1))
  })
})

describe('a photo that is loading', () => {
  it.each([
    ['a phone', phone],
    ['a desktop', desktop],
  ])('shows its blurred placeholder in its exact place on %s, without a layout shift', async (_, window) => {
    const [photo, ...others] = somePhotos(4)
    const metadata = { ...photo?.metadata, width: 6000, height: 4000 }
    const { page, gallery } = await visiting(browser, {
      ...window,
      photos: photo ? [{ ...photo, metadata }, ...others] : [],
    })
    const late = Promise.withResolvers<void>()
    gallery.script('/api/images/one.jpg/thumbnail', async (request) => {
      await late.promise
      return gallery.picture(0, new URL(request.url).searchParams.get('size') ?? '')
    })
    await page.addInitScript(watchLayout)
    await page.goto('/', { waitUntil: 'commit' })
    const blurred = page.locator('.preview-picture')
    await blurred.waitFor()
    const box = await blurred.boundingBox()
    late.resolve()
    await pictureOf(page, 'one')
    await blurred.waitFor({ state: 'detached' })
    await atRest(page)
    const shown = await photoBox(page)
    expect(Math.abs((box?.x ?? 0) - shown.left)).toBeLessThan(2)
    expect(Math.abs((box?.y ?? 0) - shown.top)).toBeLessThan(2)
    expect(gallery.asked.filter((path) => path.includes('one.jpg/thumbnail'))).toHaveLength(1)
    expect(await page.evaluate(() => Reflect.get(window, 'layoutShift'))).toBe(0)
  })

  it('loads only small pictures and prefetches none for a visitor who saves data', async () => {
    const { page, gallery } = await visiting(browser, desktop)
    await page.addInitScript(() => {
      Object.defineProperty(navigator, 'connection', { value: { saveData: true } })
    })
    await page.goto('/')
    await pictureOf(page, 'one')
    await eventually(() =>
      expect(gallery.asked.filter((path) => path === '/api/images/random')).toHaveLength(2),
    )
    await page.getByRole('button', { name: 'Next' }).focus()
    expect(gallery.asked.filter((path) => path.includes('/two.jpg'))).toEqual([])
    for (const path of gallery.asked.filter((asked) => asked.includes('thumbnail'))) {
      expect(path).toMatch(/size=(w256h256|w480h320|w640h480)&/)
    }
  })
})

/** Waits until no animation of the page is running. */
const atRest = (page: Page) =>
  page.evaluate(async () => {
    await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => null)))
  })

/** Returns the position of the photo itself, without the bars beside it. */
function photoBox(page: Page): Promise<{ left: number; top: number }> {
  return page.locator('img.picture').evaluate((image: HTMLImageElement) => {
    const box = image.getBoundingClientRect()
    const fit = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight)
    return {
      left: box.x + (box.width - image.naturalWidth * fit) / 2,
      top: box.y + (box.height - image.naturalHeight * fit) / 2,
    }
  })
}

async function pinchTrackpad(page: Page): Promise<void> {
  await page.mouse.move(700, 400)
  await page.keyboard.down('Control')
  for (const _ of [1, 2, 3, 4]) await page.mouse.wheel(0, -60)
  await page.keyboard.up('Control')
}

/** Moves two fingers over the middle of a phone until their distance is `to` instead of `from`. */
async function pinch(touch: CDPSession, from: number, to: number): Promise<void> {
  const at = (distance: number) => [
    { x: 195 - distance / 2, y: 380, id: 1 },
    { x: 195 + distance / 2, y: 380, id: 2 },
  ]
  const [first] = at(from)
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: first ? [first] : [] })
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(from) })
  for (const part of [0.25, 0.5, 0.75, 1]) {
    await touch.send('Input.dispatchTouchEvent', {
      type: 'touchMove',
      touchPoints: at(from + (to - from) * part),
    })
  }
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

async function drag(
  touch: CDPSession,
  [x0, y0]: [number, number],
  [x1, y1]: [number, number],
): Promise<void> {
  const at = (part: number) => [{ x: x0 + (x1 - x0) * part, y: y0 + (y1 - y0) * part }]
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) })
  for (const part of [0.25, 0.5, 0.75, 1]) {
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(part) })
  }
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

/** Taps twice. The events carry timestamps a few milliseconds apart, even if sending takes longer. */
async function tapTwice(touch: CDPSession): Promise<void> {
  let timestamp = Date.now() / 1000
  const send = (type: 'touchStart' | 'touchEnd', touchPoints: { x: number; y: number }[]) => {
    timestamp += 0.001
    return touch.send('Input.dispatchTouchEvent', { type, touchPoints, timestamp })
  }
  for (const _ of [1, 2]) {
    await send('touchStart', [{ x: 195, y: 380 }])
    await send('touchEnd', [])
  }
}

/** Runs in the page, before its own scripts. Adds up layout shifts. */
function watchLayout(): void {
  let sum = 0
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) sum += Number(Reflect.get(entry, 'value'))
  })
  observer.observe({ type: 'layout-shift', buffered: true })
  Object.defineProperty(window, 'layoutShift', {
    get: () => {
      for (const entry of observer.takeRecords()) sum += Number(Reflect.get(entry, 'value'))
      return sum
    },
  })
}
