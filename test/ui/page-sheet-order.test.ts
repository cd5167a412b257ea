/** Appearance of the page for style sheets that load in any order. */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem } from '../support/fakes/gallery-server.ts'
import { atWork, openPreview, openSheet } from '../support/fixtures/admin-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const folder = fileURLToPath(new URL('../../src/ui', import.meta.url))
const sheets = globSync('**/*.css', { cwd: folder })
  .sort()
  .map((path) => readFileSync(`${folder}/${path}`, 'utf8'))
/** Declaration of the layers. The page links its tokens first, so the order of the layers is set before any rule. */
const layerOrder = /^@layer [\w, ]+;$/m.exec(sheets.join('\n'))?.[0] ?? ''

/**
 * Lists the elements and pseudo-elements whose computed properties differ between orders of the sheets. The sheets replace those of the
 * page.
 */
function differencesOf(page: Page, orders: readonly (readonly string[])[]) {
  return page.evaluate((lists) => {
    for (const { sheet } of document.querySelectorAll('link')) if (sheet) sheet.disabled = true
    const properties = new Set<string>()
    const readRules = (rules: Iterable<CSSRule>) => {
      for (const rule of rules) {
        if (rule instanceof CSSStyleRule) for (const name of rule.style) properties.add(name)
        if (rule instanceof CSSGroupingRule) readRules(rule.cssRules)
      }
    }
    const looksWith = (texts: readonly string[]) => {
      // Created by script, because the content security policy allows no inline style sheet.
      document.adoptedStyleSheets = texts.map((text) => {
        const sheet = new CSSStyleSheet()
        sheet.replaceSync(text)
        readRules(sheet.cssRules)
        return sheet
      })
      return [...document.body.querySelectorAll('*')].flatMap((element) =>
        ['', '::before', '::after'].flatMap((part) => {
          const style = getComputedStyle(element, part)
          if (part && style.content === 'none') return []
          const where = `${element.outerHTML.slice(0, 60)} ${part}`
          return [{ where, values: [...properties].map((name) => style.getPropertyValue(name)) }]
        }),
      )
    }
    const [expected = [], ...others] = lists.map(looksWith)
    const names = [...properties]
    const differences = others.flatMap((looks) =>
      looks.flatMap(({ where, values }, place) => {
        const first = expected[place]?.values ?? []
        return names.filter((_, index) => values[index] !== first[index]).map((name) => `${where} ${name}`)
      }),
    )
    return { elements: expected.length, properties: names.length, differences }
  }, orders)
}

async function expectSameLooks(page: Page): Promise<void> {
  const orders = [sheets, sheets.toReversed()].map((order) => [layerOrder, ...order])
  const { elements, properties, differences } = await differencesOf(page, orders)
  expect(elements).toBeGreaterThan(50)
  expect(properties).toBeGreaterThan(100)
  expect(differences).toEqual([])
}

describe.each(Object.entries({ phone, desktop }))('on a %s', (_device, size) => {
  const window = { ...size, reducedMotion: 'reduce' } as const

  it('looks the same in any order of sheets while an admin publishes', async () => {
    const { page } = await atWork(browser, window, { library_enabled: true })
    await openSheet(page)
    await expectSameLooks(page)
    await openPreview(page)
    await expectSameLooks(page)
  })

  it('looks the same in any order of sheets while an admin selects and uploads', async () => {
    const { page, gallery } = await atWork(browser, window, { library_enabled: true })
    gallery.script('/api/library/upload', () => problem(415, 'unsupported_photo'))
    const objects = ['one.jpg', 'two.jpg'].map((key) => ({
      key,
      size: 1,
      last_modified: '2026-01-01T00:00:00Z',
    }))
    gallery.script('/api/library/objects', () =>
      Response.json({ objects, cursor: null, total_in_window: 2, truncated: false }),
    )
    await page.goto('/?view=grid')
    await page.locator('.check').first().dispatchEvent('click')
    await page.locator('.selection-bar').waitFor()
    await page
      .locator('input[type=file]')
      .setInputFiles([{ name: 'notes.pdf', mimeType: 'application/pdf', buffer: Buffer.from('no photo') }])
    await page.locator('.tray').getByText('notes.pdf').waitFor()
    await expectSameLooks(page)
  })

  it('looks the same in any order of sheets while the shortcuts and the details are open', async () => {
    const { page } = await atWork(browser, window)
    await page.getByRole('button', { name: 'Details' }).click()
    await page.keyboard.press('?')
    await page.locator('.shortcuts').waitFor()
    await expectSameLooks(page)
  })
})
