/** Empty galleries, the Select button, and the colours of danger and success. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem, randomPath, stylesheet } from '../support/fakes/gallery-server.ts'
import { atWork, features, openSheet, signedInAs } from '../support/fixtures/admin-page.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import { visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

async function emptyGallery(code: string, options: object, isAdmin = true) {
  const { page, gallery } = await visiting(browser, { photos: [], ...options })
  gallery.script(randomPath, () => problem(404, code))
  if (isAdmin) {
    signedInAs(gallery, 'alice@example.org')
    gallery.script('/api/config/features', () => Response.json({ ...features, library_enabled: true }))
    gallery.script('/api/config/captions', () => Response.json({ platforms: [], hashtags: '' }))
  }
  return { page, gallery }
}

const chooser = (page: Page) => page.getByRole('main').getByRole('button', { name: 'Upload photos' })

describe('an empty gallery', () => {
  it.each([phone, desktop])('offers its admin an upload', async (window) => {
    const { page } = await emptyGallery('no_photos', window)
    await page.goto('/')
    await page.getByRole('heading', { name: 'No photos yet' }).waitFor()
    const choosing = page.waitForEvent('filechooser')
    await chooser(page).click()
    await choosing
    await expectAccessible(page)
  })

  it('offers a visitor no upload', async () => {
    const { page } = await emptyGallery('no_photos', phone, false)
    await page.goto('/')
    await page.getByRole('heading', { name: 'No photos yet' }).waitFor()
    expect(await page.getByRole('button', { name: 'Upload photos' }).count()).toBe(0)
  })

  it('reports a missing root folder in the photo view', async () => {
    const { page } = await emptyGallery('root_missing', phone)
    await page.goto('/')
    await page.getByRole('heading', { name: 'The photo folder doesn’t exist' }).waitFor()
    await page.getByRole('main').getByText('The server says root_missing.').waitFor()
    await chooser(page).waitFor()
  })

  it('reports a missing root folder in the grid', async () => {
    const { page, gallery } = await emptyGallery('root_missing', desktop)
    gallery.script('/api/library/objects', () =>
      Response.json({
        objects: [],
        cursor: null,
        total_in_window: 0,
        truncated: false,
        missing_folder: '/Photos',
      }),
    )
    await page.goto('/?view=grid')
    await page.getByRole('heading', { name: 'The photo folder doesn’t exist' }).waitFor()
    await page.getByText('/Photos', { exact: true }).waitFor()
    await chooser(page).waitFor()
    await expectAccessible(page)
  })
})

describe('the Select button', () => {
  it.each([
    ['en-US', 'Select', '1 selected'],
    ['de-DE', 'Auswählen', '1 ausgewählt'],
  ])('makes a tap select a photo in %s', async (locale, label, told) => {
    const { page, gallery } = await visiting(browser, { ...phone, locale })
    signedInAs(gallery, 'alice@example.org')
    gallery.script('/api/config/features', () => Response.json(features))
    gallery.script('/api/config/captions', () => Response.json({ platforms: [], hashtags: '' }))
    await page.goto('/?view=grid')
    const button = page.getByRole('button', { name: label, exact: true })
    await button.click()
    await page.getByRole('link', { name: 'one.jpg' }).tap()
    await page.getByText(told).waitFor()
    expect(page.url()).toMatch(/\?view=grid$/)
    await expectAccessible(page)
    await button.click()
    await page.getByText(told).waitFor({ state: 'hidden' })
    await page.getByRole('link', { name: 'one.jpg' }).tap()
    await page.waitForURL(/photo=one\.jpg/)
  })

  it('stays hidden from visitors', async () => {
    const { page } = await visiting(browser, phone)
    await page.goto('/?view=grid')
    await page.getByRole('link', { name: 'one.jpg' }).waitFor()
    expect(await page.getByRole('button', { name: 'Select', exact: true }).count()).toBe(0)
  })
})

describe('danger and success', () => {
  it.each(['dark', 'light'] as const)(
    'keeps both colours in the %s theme when the gallery has its own accent',
    async (colorScheme) => {
      const { page, gallery } = await atWork(browser, { ...phone, colorScheme })
      const colours = () =>
        page.evaluate(() => {
          const probe = document.createElement('i')
          document.body.append(probe)
          const read = (name: string) => {
            probe.style.setProperty('color', `var(${name})`)
            return getComputedStyle(probe).color
          }
          const found = { danger: read('--danger'), success: read('--success'), accent: read('--accent') }
          probe.remove()
          return found
        })
      const own = await colours()
      expect(new Set(Object.values(own)).size).toBe(3)
      const [red = 0, green = 0, blue = 0] = own.danger.match(/\d+/g)?.map(Number) ?? []
      expect(red).toBeGreaterThan(Math.max(green, blue) + 60)
      await openSheet(page)
      const remove = page.getByRole('button', { name: 'Delete for good' })
      expect(await remove.evaluate((element) => getComputedStyle(element).color)).toBe(own.danger)
      await expectAccessible(page)
      gallery.script('/appearance.css', () => stylesheet('html:root { --accent: rgb(0 90 200) }'))
      await page.reload()
      await page.getByRole('toolbar').waitFor()
      expect(await colours()).toMatchObject({
        danger: own.danger,
        success: own.success,
        accent: 'rgb(0, 90, 200)',
      })
    },
  )

  it('draws Remove and Delete with different icons, and sets Delete apart', async () => {
    const { page, gallery } = await visiting(browser, desktop)
    signedInAs(gallery, 'alice@example.org')
    gallery.script('/api/config/features', () => Response.json(features))
    gallery.script('/api/config/captions', () => Response.json({ platforms: [], hashtags: '' }))
    await page.goto('/?view=grid')
    await page.getByRole('checkbox', { name: 'Select one.jpg' }).click()
    const signOf = (name: string) =>
      page.getByRole('button', { name, exact: true }).locator('path').getAttribute('d')
    expect(await signOf('Remove')).not.toBe(await signOf('Delete'))
    const boxOf = async (name: string) => page.getByRole('button', { name, exact: true }).boundingBox()
    const [keep, remove, erase] = await Promise.all(['Keep', 'Remove', 'Delete'].map(boxOf))
    if (!keep || !remove || !erase) throw new Error('a button is not there')
    const gap = (left: { x: number; width: number }, right: { x: number }) => right.x - left.x - left.width
    expect(gap(remove, erase)).toBeGreaterThan(2 * gap(keep, remove))
  })
})
