/** Appearance of the page: themes, windows of all sizes, motion, focus. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem, randomPath, somePhotos } from '../support/fakes/gallery-server.ts'
import { askAi, atWork, closeSheet, openSheet, openStream, path } from '../support/fixtures/admin-page.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { pictureOf, prefetched, visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const backgrounds = { dark: 'rgb(15, 15, 16)', light: 'rgb(245, 243, 239)' } as const

const background = (page: Page) =>
  page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)

describe('the theme', () => {
  it.each(['dark', 'light'] as const)('follows the system’s %s setting', async (colorScheme) => {
    const { page } = await visiting(browser, { colorScheme })
    await page.goto('/')
    await pictureOf(page, 'one')
    expect(await background(page)).toBe(backgrounds[colorScheme])
  })

  it('keeps the chosen theme after a reload, also for the browser’s frame', async () => {
    const { page } = await visiting(browser, { colorScheme: 'dark' })
    await page.goto('/')
    await page.getByRole('button', { name: 'Switch to light theme' }).click()
    expect(await background(page)).toBe(backgrounds.light)
    expect(await page.locator('meta[name="theme-color"]').first().getAttribute('content')).toBe(
      backgrounds.light,
    )
    await page.reload()
    await page.getByRole('button', { name: 'Switch to dark theme' }).waitFor()
    expect(await background(page)).toBe(backgrounds.light)
  })

  it('follows changes of the system’s setting until the visitor chooses', async () => {
    const { page } = await visiting(browser, { colorScheme: 'dark' })
    await page.goto('/')
    await page.getByRole('button', { name: 'Switch to light theme' }).waitFor()
    await page.emulateMedia({ colorScheme: 'light' })
    await page.getByRole('button', { name: 'Switch to dark theme' }).waitFor()
    expect(await background(page)).toBe(backgrounds.light)
  })

  it('switches the theme even when the browser forbids storage', async () => {
    const { page } = await visiting(browser)
    await page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get: () => {
          throw new DOMException('forbidden', 'SecurityError')
        },
      })
    })
    await page.goto('/')
    await page.getByRole('button', { name: 'Switch to light theme' }).click()
    expect(await background(page)).toBe(backgrounds.light)
  })
})

describe('Next', () => {
  it.each([
    ['a phone', phone],
    ['a desktop', desktop],
  ])('moves nothing on %s for captions of any length and photos of any shape', async (_, window) => {
    const captions = ['Short.', 'Long. '.repeat(80), null, 'Short again.']
    const photos = somePhotos(4).map((photo, index) => ({ ...photo, caption: captions[index] ?? null }))
    const { page } = await visiting(browser, { photos, ...window })
    await page.addInitScript(watchLayout)
    await page.goto('/')
    await pictureOf(page, 'one')
    const stage = await page.locator('.stage').boundingBox()
    for (const [name, following] of [
      ['two', 'three'],
      ['three', 'four'],
      ['four', 'one'],
    ] as const) {
      await page.keyboard.press('Space')
      await pictureOf(page, name)
      await prefetched(page, following)
      expect(await page.locator('.stage').boundingBox()).toEqual(stage)
    }
    expect(await page.evaluate(() => Reflect.get(window, 'layoutShift'))).toBe(0)
  })
})

/** Windows: the narrowest of WCAG 2.2 (1.4.10), an old small phone, 1280x800 at 200 % zoom, a phone in landscape. */
const windows = [
  ['320x256', { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 }],
  ['320x568', { viewport: { width: 320, height: 568 } }],
  ['640x400', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }],
  ['844x390', { viewport: { width: 844, height: 390 }, hasTouch: true }],
  ['390x844', phone],
  ['1440x900', desktop],
] as const

describe.each(windows)('a window of %s', (_, window) => {
  it('shows photo, details and every button without scrolling sideways', async () => {
    const { page } = await visiting(browser, window)
    await page.goto('/')
    await secondPhoto(page)
    await expectReachable(page, ['Next', 'Back', 'Details'])
    await page.getByRole('button', { name: 'Details', exact: true }).click()
    await expectReachable(page, ['Next', 'Back', 'Close details'])
  })

  it('shows a problem and its button without scrolling sideways', async () => {
    const { page, gallery } = await visiting(browser, window)
    gallery.script(randomPath, () => problem(503, 'storage_unavailable', { 'retry-after': '30' }))
    await page.goto('/')
    await expectReachable(page, ['Try again'])
  })

  it('shows the account and Sign out without scrolling sideways', async () => {
    const { page, gallery } = await visiting(browser, window)
    const email = `${'long-name-without-end'.repeat(3)}@photographers.example.org`
    gallery.script('/api/admin/status', () => Response.json({ admin: false, email }))
    gallery.script('/api/config/features', () => Response.json({ auth_mode: 'auth0' }))
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('button', { name: `Account: ${email}` }).click()
    await expectReachable(page, ['Sign out'])
  })

  it('offers the sign-in of a private gallery without scrolling sideways', async () => {
    const { page, gallery } = await visiting(browser, window)
    gallery.script(randomPath, () => problem(401, 'not_signed_in'))
    await page.goto('/')
    await page.locator('.notice').getByRole('link', { name: 'Sign in' }).click({ trial: true })
    await expectReachable(page, ['Try again'])
  })

  it('stays usable at twice the font size', async () => {
    const { page } = await visiting(browser, window)
    await page.goto('/')
    await secondPhoto(page)
    await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'))
    await expectReachable(page, ['Next', 'Back', 'Details'])
  })
})

describe('the page in German, with its longer texts', () => {
  it.each([320, 390, 960])('declares German and cuts nothing off at %i pixels', async (width) => {
    const viewport = { width, height: 844 }
    const flags = { library_enabled: true, max_upload_mb: 1 }
    const { page } = await atWork(browser, { ...phone, viewport, locale: 'de-DE' }, flags)
    await page.getByRole('button', { name: 'Fotos hochladen' }).waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de')
    await eventually(async () => expect(await page.title()).toMatch(/^one\.jpg · /))
    await expectNothingCutOff(page)
    expect((await page.locator('.caption').boundingBox())?.width).toBeGreaterThan(200)
    await page.getByRole('button', { name: 'Veröffentlichen' }).click()
    await page.getByLabel('Text für Telegram').fill('Von Hand.')
    await page.getByText('Noch nicht gespeichert').waitFor()
    await expectNothingCutOff(page)
    await page.getByRole('button', { name: 'Vorschau' }).click()
    await page.getByRole('button', { name: 'Texte bearbeiten' }).waitFor()
    await expectNothingCutOff(page)
    await page.getByRole('button', { name: 'Schließen', exact: true }).click()
    await page.getByRole('button', { name: 'Alle Fotos' }).click()
    await page.locator('.wall').waitFor()
    await eventually(async () => expect(await page.title()).toMatch(/^Alle Fotos · /))
    await expectNothingCutOff(page)
  })
})

describe.each([
  ['in English', 'en-GB', /^Publish$/, 'Close', 'All photos'],
  ['in German', 'de-DE', /^Veröffentlichen$/, 'Schließen', 'Alle Fotos'],
])('an admin %s', (_, locale, publish, close, all) => {
  it('reaches every button in every window, even at twice the font size', async () => {
    const flags = { library_enabled: true, max_upload_mb: 1 }
    const { page, gallery } = await atWork(browser, { ...desktop, locale }, flags)
    gallery.script('/api/library/objects', () => Response.json(libraryOf(somePhotos(4))))
    const outOfReach: string[] = []
    const look = async (view: string) => {
      for (const [size, { viewport }] of windows) {
        await page.setViewportSize(viewport)
        for (const letters of ['100%', '200%']) {
          await page.evaluate((width) => {
            document.documentElement.style.fontSize = width
          }, letters)
          for (const fault of await faultsOf(page)) outOfReach.push(`${view} ${size} ${letters}: ${fault}`)
        }
      }
    }
    await look('photo')
    await page.getByRole('button', { name: publish }).click()
    await page.getByRole('dialog').waitFor()
    await look('sheet')
    await page.getByRole('dialog').getByRole('button', { name: close, exact: true }).click()
    await page.getByRole('button', { name: all }).click()
    await page.locator('a.tile').first().focus()
    await page.keyboard.press('x')
    await page.locator('.selection-bar').waitFor()
    await look('selection')
    expect(outOfReach).toEqual([])
  })
})

const libraryOf = (photos: readonly { filename: string }[]) => ({
  objects: photos.map(({ filename }) => ({
    key: filename,
    size: 1,
    last_modified: '2026-01-01T00:00:00Z',
  })),
  cursor: null,
  total_in_window: photos.length,
  truncated: false,
})

/** Lists controls that are cut off, wider than their frame, or covered by another element. */
async function faultsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const scope = document.querySelector('dialog[open]') ?? document
    const faults: string[] = []
    const root = document.documentElement
    if (root.scrollWidth > innerWidth) faults.push(`the page is ${root.scrollWidth - innerWidth} too wide`)
    for (const element of scope.querySelectorAll<HTMLElement>('button, a, label, select, textarea, h2')) {
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
      if (element.closest('.skip, .visually-hidden, .tiles')) continue
      const name = element.textContent || element.ariaLabel || element.id
      element.scrollIntoView({ block: 'center', inline: 'center' })
      const { left, right, top, bottom, width, height } = element.getBoundingClientRect()
      if (left < -1 || right > innerWidth + 1) faults.push(`${name} is cut off at ${left} to ${right}`)
      else if (element.scrollWidth > element.clientWidth + 1 && element.matches('.button'))
        faults.push(`${name} sticks out of its button`)
      else if (element.matches('textarea') && Math.min(bottom, innerHeight) - Math.max(top, 0) < 44)
        faults.push(`${name} shows no line`)
      else if (element.matches('button, a')) {
        const hit = document.elementFromPoint(left + width / 2, top + height / 2)
        if (!hit || !(element.contains(hit) || hit.contains(element)))
          faults.push(`${name} is below ${hit?.className ?? 'the window'}`)
      }
    }
    return faults
  })
}

describe('the page with preferences of the system', () => {
  it('animates nothing with reduced motion', async () => {
    const { page } = await visiting(browser, { reducedMotion: 'reduce' })
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.keyboard.press('Space')
    await pictureOf(page, 'two')
    // An animation of 1 ms only reports that the picture has arrived. It ends within a frame of 16 ms, so it is invisible.
    const visible = await page.evaluate(
      () =>
        document
          .getAnimations()
          .filter(({ effect }) => Number(effect?.getComputedTiming().activeDuration) > 1).length,
    )
    expect(visible).toBe(0)
  })

  it.each(['dark', 'light'] as const)(
    'draws visible edges of fields in the %s theme',
    async (colorScheme) => {
      const { page } = await visiting(browser, { colorScheme })
      await page.goto('/?view=grid')
      await page.locator('.search').waitFor()
      for (const contrast of ['no-preference', 'more'] as const) {
        await page.emulateMedia({ contrast })
        const ground = await background(page)
        for (const field of ['.search', '.sort']) {
          const edge = await page.locator(field).evaluate((element) => getComputedStyle(element).borderColor)
          expect(contrastOf(edge, ground)).toBeGreaterThanOrEqual(contrast === 'more' ? 7 : 3)
        }
      }
    },
  )

  it('shows the current folder, selected photos and progress in forced colours', async () => {
    const { page, gallery, answer } = await atWork(
      browser,
      { forcedColors: 'active' },
      { library_enabled: true },
    )
    gallery.script('/api/library/objects', () => Response.json(libraryOf(somePhotos(4))))
    const stream = openStream()
    answer(path('analyze'), () => stream.response)
    await openSheet(page)
    await askAi(page)
    await stream.send('progress', { stage: 'looking' })
    await page.locator('.steps .now').waitFor()
    const bars = page.locator('.steps li')
    const grounds = await bars.evaluateAll((steps) =>
      steps.map((step) => getComputedStyle(step, '::before').backgroundColor),
    )
    expect(grounds[0]).toBe(grounds[1])
    expect(grounds[1]).not.toBe(grounds[2])
    await stream.end()
    await closeSheet(page)
    await page.keyboard.press('g')
    await page.locator('.folder[aria-current]').waitFor()
    const folders = await page
      .locator('.folder')
      .evaluateAll((links) => links.map((link) => getComputedStyle(link).borderBottomWidth))
    expect(folders).toEqual(['3px', '0px', '0px', '0px'])
    await page.locator('a.tile').first().focus()
    await page.keyboard.press('x')
    await page.keyboard.press('ArrowRight')
    const marked = page.locator('.selected .tile:not(:focus)')
    await marked.waitFor()
    expect(await marked.evaluate((element) => getComputedStyle(element).outline)).toContain('solid 4px')
  })

  it('outlines the focus on every element that Tab reaches', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    const reached: string[] = []
    for (const _ of [1, 2, 3, 4, 5, 6, 7, 8]) {
      await page.keyboard.press('Tab')
      const focused = page.locator(':focus-visible')
      const outline = await focused.evaluate((element) => getComputedStyle(element).outline)
      expect(outline).toContain('solid 3px')
      reached.push(await focused.evaluate((element) => element.ariaLabel ?? element.textContent))
    }
    expect(reached).toEqual([
      'Skip to the photo',
      'Keyboard shortcuts',
      'All photos',
      'Switch to light theme',
      'Zoom in',
      'Back',
      'Details',
      'Next',
    ])
  })

  it('explains what to do when the script does not load', async () => {
    const { page } = await visiting(browser)
    await page.route('**/*.js', () => {})
    await page.goto('/', { waitUntil: 'commit' })
    const words = page.locator('.starting')
    await words.waitFor()
    await eventually(async () => {
      expect(await words.evaluate((element) => getComputedStyle(element).opacity)).toBe('1')
    })
  })

  it('explains that the page needs JavaScript', async () => {
    const { page } = await visiting(browser, { javaScriptEnabled: false })
    await page.goto('/')
    const words = page.locator('noscript')
    expect(await words.isVisible()).toBe(true)
    expect(await words.textContent()).toContain('needs JavaScript')
  })
})

/** Computes the contrast of two colours by WCAG 2.2. The colours have the format of computed styles. */
function contrastOf(one: string, other: string): number {
  const [brighter = 0, darker = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (brighter + 0.05) / (darker + 0.05)
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
    const value = Number(part) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Goes to the second photo, where Back is enabled. */
async function secondPhoto(page: Page): Promise<void> {
  await pictureOf(page, 'one')
  await page.keyboard.press('Space')
  await pictureOf(page, 'two')
}

/** Expects that each of these buttons can be scrolled to, is not covered, and is large enough for a thumb. */
async function expectReachable(page: Page, buttons: string[]): Promise<void> {
  for (const name of buttons) {
    const button = page.getByRole('button', { name, exact: true })
    await button.click({ trial: true })
    const box = await button.boundingBox()
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44)
  }
  const tooWide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return scrollWidth - clientWidth
  })
  expect(tooWide).toBe(0)
}

/** Expects no button, label or heading to extend beyond the window or to clip its text. */
async function expectNothingCutOff(page: Page): Promise<void> {
  // The width comes from the window, because a phone's layout viewport grows with content that is too wide.
  const width = page.viewportSize()?.width ?? 0
  const cutOff = await page.evaluate((widest) => {
    const named = 'button, a.button, label, select, h1, h2, h3, [role=status]'
    return [...document.querySelectorAll<HTMLElement>(named)]
      .filter((element) => element.checkVisibility() && !element.matches('.skip, .visually-hidden'))
      .filter((element) => {
        const { left, right } = element.getBoundingClientRect()
        return left < 0 || right > widest || element.scrollWidth > element.clientWidth
      })
      .map((element) => element.outerHTML)
  }, width)
  expect(cutOff).toEqual([])
}

/**
 * Runs in the page, before its own scripts. Adds up layout shifts, including those after an input, which the usual metric ignores.
 */
function watchLayout(): void {
  let sum = 0
  const add = (entries: PerformanceEntryList) => {
    for (const entry of entries) sum += Number(Reflect.get(entry, 'value'))
  }
  const observer = new PerformanceObserver((list) => add(list.getEntries()))
  observer.observe({ type: 'layout-shift', buffered: true })
  Object.defineProperty(window, 'layoutShift', {
    get: () => {
      add(observer.takeRecords())
      return sum
    },
  })
}
