/** Appearance that a tenant chooses (title, colours, home screen), and the page in German. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { uiDirectory } from '../../scripts/build-ui.ts'
import { openChromium } from '../../scripts/chromium.ts'
import { stylesheet } from '../support/fakes/gallery-server.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { pictureOf, visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const own = () =>
  stylesheet(`html:root {
  --title: "Alice%E2%80%99s%20%22rope%22";
  --background: light-dark(#f5f3ef, #0b1416);
  --accent: light-dark(#8f5200, #7fd1c7);
}`)

describe('a tenant’s appearance', () => {
  it('applies title, background, accent and the browser’s frame with the first paint', async () => {
    const { page, gallery } = await visiting(browser)
    gallery.script('/appearance.css', own)
    await page.goto('/')
    await pictureOf(page, 'one')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Alice’s "rope"')
    await eventually(async () => expect(await page.title()).toBe('one.jpg · Alice’s "rope"'))
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
      'rgb(11, 20, 22)',
    )
    expect(await page.locator('meta[name="theme-color"]').first().getAttribute('content')).toBe(
      'rgb(11, 20, 22)',
    )
    await page.keyboard.press('Tab')
    expect(
      await page.locator(':focus-visible').evaluate((element) => getComputedStyle(element).outlineColor),
    ).toBe('rgb(127, 209, 199)')
  })

  it('falls back to the host’s name when the style sheet does not load', async () => {
    const { page, gallery } = await visiting(browser)
    gallery.script('/appearance.css', () => stylesheet(''))
    await page.goto('/')
    await pictureOf(page, 'one')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('alice')
  })

  it('provides a manifest in which Chromium finds no fault', async () => {
    const { page, gallery } = await visiting(browser)
    const icons: unknown = JSON.parse(await readFile(join(uiDirectory, 'icons.json'), 'utf8'))
    const manifest = {
      id: '/',
      name: 'Alice',
      short_name: 'Alice',
      start_url: '/',
      scope: '/',
      display: 'standalone',
    }
    gallery.script('/manifest.webmanifest', () =>
      Response.json({ ...manifest, icons }, { headers: { 'content-type': 'application/manifest+json' } }),
    )
    await page.goto('/')
    await pictureOf(page, 'one')
    const devtools = await page.context().newCDPSession(page)
    const found = await devtools.send('Page.getAppManifest')
    expect(found.url).toBe(`${gallery.origin}/manifest.webmanifest`)
    expect(found.errors).toEqual([])
    expect(JSON.parse(found.data ?? '')).toMatchObject(manifest)
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
    // Tests use a private browser profile, in which no page can be installed.
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual(
      [],
    )
  })
})

describe('German', () => {
  it('appears when the browser asks for German', async () => {
    const { page, gallery } = await visiting(browser, { locale: 'de-DE' })
    gallery.script('/api/admin/status', () => Response.json({ admin: true, email: 'alice@example.org' }))
    gallery.script('/api/config/features', () => Response.json({ auth_mode: 'auth0', library_enabled: true }))
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('button', { name: 'Fotos hochladen' }).waitFor()
    await page.getByRole('button', { name: 'Vergrößern' }).click()
    await page.getByRole('button', { name: 'Das ganze Foto zeigen' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
  })

  it('marks the server’s sentences as English for screen readers', async () => {
    const { page, gallery } = await visiting(browser, { locale: 'de-DE' })
    const detail = 'The photo storage does not answer as it should.'
    gallery.script('/api/images/random', () =>
      Response.json(
        { code: 'storage_unavailable', detail },
        { status: 503, headers: { 'retry-after': '600' } },
      ),
    )
    await page.goto('/')
    const said = page.getByText(detail, { exact: true })
    await said.first().waitFor()
    // The visible text, and the text for screen readers.
    expect(
      await said.evaluateAll((elements) => elements.map((element) => element.getAttribute('lang'))),
    ).toEqual(['en', 'en'])
  })
})
