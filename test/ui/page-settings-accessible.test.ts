/** Accessibility and layout of the settings page: each section on a phone and a desktop, in both themes and languages. */
import type { Browser } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { openChromium, phone } from '../../scripts/chromium.ts'
import { problem } from '../support/fakes/gallery-server.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import { atSettings, saveButton } from '../support/fixtures/settings-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const desktop = { viewport: { width: 1280, height: 800 } }
const windows = Object.entries({ phone, desktop }).flatMap(([device, window]) =>
  (
    [
      ['dark', 'en-GB'],
      ['light', 'de-DE'],
    ] as const
  ).map(([colorScheme, locale]) => ({ device, colorScheme, window: { ...window, colorScheme, locale } })),
)
const sections = ['', '#profile', '#look', '#words', '#connections', '#folders', '#access']

describe.each(windows)('on a $device, $colorScheme', ({ window }) => {
  it.each(sections)('passes axe, and cuts nothing off, in /settings%s', async (hash) => {
    const { page } = await atSettings(browser, window, `/settings${hash}`, (studio) => {
      studio.locked = ['content.default_rating', 'content.watermark.position']
    })
    if (hash === '#folders') await page.getByRole('treeitem').nth(2).waitFor()
    if (hash === '#connections') await page.locator('.connection .button.action').first().click()
    await expectAccessible(page)
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
    expect(widths[0]).toBeLessThanOrEqual(window.viewport.width)
    expect(widths[1]).toBe(window.viewport.width)
  })

  it('passes axe with unsaved changes, a problem, and changes of another device', async () => {
    const { page, studio } = await atSettings(browser, window, '/settings#profile')
    await page.locator('input[type=text]').first().fill('Mine')
    studio.instead = () => problem(500, 'internal_error')
    await saveButton(page).click()
    await page.getByRole('alert').waitFor()
    await expectAccessible(page)
    studio.instead = null
    studio.changeElsewhere({ appearance: { title: 'Theirs' } })
    await saveButton(page).click()
    await page.locator('.foreign').waitFor()
    await expectAccessible(page)
  })

  it('passes axe with a question and a new key', async () => {
    const { page } = await atSettings(browser, window, '/settings#access')
    await page.locator('#key-name').fill('Lightroom')
    await page.locator('form .action').first().click()
    await page.locator('.secret').waitFor()
    await page.locator('.things .button').first().click()
    await expectAccessible(page)
  })
})

describe('the layout of the settings page', () => {
  it.each(Object.entries({ phone, desktop }))('does not shift on a %s', async (_device, window) => {
    const { page } = await atSettings(browser, window, '/settings#profile')
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) =>
            resolve(list.getEntries().reduce((sum, entry) => sum + Number(Reflect.get(entry, 'value')), 0)),
          ).observe({ type: 'layout-shift', buffered: true })
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(0)))
        }),
    )
    expect(shift).toBe(0)
    const title = page.getByLabel('Title', { exact: true })
    const before = await title.boundingBox()
    await title.fill('Knots')
    await saveButton(page).waitFor()
    expect(await title.boundingBox()).toEqual(before)
  })

  it('keeps every control of the phone large enough for a thumb', async () => {
    const { page } = await atSettings(browser, phone, '/settings#connections')
    for (const hash of ['#connections', '#words', '#access', '#profile']) {
      await page.goto(`/settings${hash}`)
      const small = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('main :is(a, button, select, textarea, .toggle)')]
          .filter((element) => element.checkVisibility())
          .filter((element) => Math.min(element.offsetHeight, element.offsetWidth) < 44)
          .map((element) => element.outerHTML),
      )
      expect(small).toEqual([])
    }
  })
})
