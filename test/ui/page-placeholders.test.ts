/** Placeholders of tiles, permanent addresses of pictures, and the order in which the grid requests pictures. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { manyPhotos, problem, type ScriptedGallery, somePhotos } from '../support/fakes/gallery-server.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { pictureOf, prefetched, visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

/** Returns the colour in the middle of each tile's placeholder, as red, green and blue. */
const coloursOf = (page: Page) =>
  page.locator('canvas.blurred').evaluateAll((all) =>
    all.map((canvas) => {
      if (!(canvas instanceof HTMLCanvasElement)) return []
      const { width, height } = canvas
      return [...(canvas.getContext('2d')?.getImageData(width >> 1, height >> 1, 1, 1).data ?? [])].slice(
        0,
        3,
      )
    }),
  )

/** Holds back all pictures until they are released. Returns the names in the order of their requests. */
function holdPictures(gallery: ScriptedGallery, names: readonly string[]) {
  const late = Promise.withResolvers<void>()
  for (const [index, name] of names.entries()) {
    gallery.script(`/api/images/${name}/thumbnail`, async ({ url }) => {
      await late.promise
      return gallery.picture(index, new URL(url).searchParams.get('size') ?? '')
    })
  }
  const asked = () =>
    gallery.asked.flatMap((path) => /^\/api\/images\/([^/]+)\/thumbnail/.exec(path)?.[1] ?? [])
  return { asked, release: () => late.resolve() }
}

describe.each([
  ['on a phone', phone],
  ['on a desktop', desktop],
])('tiles %s', (_, window) => {
  it('shows the colours of photos until their pictures arrive', async () => {
    const photos = somePhotos(3)
    const { page, gallery } = await visiting(browser, { ...window, photos })
    const pictures = holdPictures(
      gallery,
      photos.map(({ filename }) => filename),
    )
    await page.goto('/?view=grid')
    await eventually(async () => expect(await page.locator('canvas.blurred').count()).toBe(3))
    const colours = await coloursOf(page)
    for (const [index, [red = 0, , blue = 0]] of colours.entries()) {
      expect(Math.abs(red - (40 + index * 45))).toBeLessThan(40)
      expect(Math.abs(blue - ((200 + index * 216) % 256))).toBeLessThan(40)
    }
    await expectAccessible(page)
    pictures.release()
    await eventually(async () => expect(await page.locator('canvas.blurred').count()).toBe(0))
    expect(await page.locator('.broken-name').count()).toBe(0)
  })
})

describe('a tile', () => {
  it('names a damaged picture instead of its placeholder', async () => {
    const { page, gallery } = await visiting(browser, { ...desktop, photos: somePhotos(2) })
    gallery.script('/api/images/two.jpg/thumbnail', () => problem(422, 'photo_unreadable'))
    await page.goto('/?view=grid')
    await page.locator('.broken-name').waitFor()
    await eventually(async () => expect(await page.locator('canvas.blurred').count()).toBe(0))
  })

  it('stays grey where the placeholder is damaged, and shows the picture', async () => {
    const photos = somePhotos(2).map((photo) => ({ ...photo, placeholder: 'AAAA!' }))
    const { page } = await visiting(browser, { ...desktop, photos })
    await page.goto('/?view=grid')
    await page.waitForFunction(() => document.querySelector<HTMLImageElement>('img.thumbnail')?.naturalWidth)
    await page.getByRole('link', { name: 'one.jpg' }).click()
    await pictureOf(page, 'one')
  })

  it('works with a server that knows no versions and no placeholders', async () => {
    const photos = somePhotos(2).map(({ version: _v, placeholder: _p, ...photo }) => ({
      ...photo,
      thumbnail_url: photo.thumbnail_url.replace(/&v=.*/, ''),
    }))
    const { page, gallery } = await visiting(browser, { ...desktop, photos })
    await page.goto('/?view=grid')
    await page.waitForFunction(() => document.querySelector<HTMLImageElement>('img.thumbnail')?.naturalWidth)
    await page.getByRole('link', { name: 'two.jpg' }).click()
    await pictureOf(page, 'two')
    expect(gallery.asked.filter((path) => path.includes('v='))).toEqual([])
  })

  it('shows the new picture after the photo was replaced', async () => {
    const photos = somePhotos(1)
    const { page, gallery } = await visiting(browser, { ...desktop, photos })
    await page.goto('/?view=grid')
    await page.waitForFunction(() => document.querySelector<HTMLImageElement>('img.thumbnail')?.naturalWidth)
    gallery.script('/api/images/list', () =>
      Response.json({ filenames: ['one.jpg'], versions: ['replaced000'], placeholders: [null], count: 1 }),
    )
    await page.getByLabel('Sort order').selectOption('Newest first')
    await eventually(() =>
      expect(gallery.asked.filter((path) => path.endsWith('v=replaced000'))).not.toEqual([]),
    )
  })
})

describe('a returning visitor', () => {
  it('requests no picture again', async () => {
    const { page, gallery } = await visiting(browser, { ...desktop, photos: somePhotos(3) })
    await page.goto('/?view=grid')
    const loaded = () =>
      page
        .locator('img.thumbnail')
        .evaluateAll((all) => all.filter((image) => (image as HTMLImageElement).naturalWidth > 0).length)
    await eventually(async () => expect(await loaded()).toBe(3))
    const before = gallery.asked.filter((path) => path.includes('/thumbnail')).length
    await page.goto('about:blank')
    await page.goto('/?view=grid')
    await eventually(async () => expect(await loaded()).toBe(3))
    expect(gallery.asked.filter((path) => path.includes('/thumbnail'))).toHaveLength(before)
  })
})

describe('the grid', () => {
  const photos = manyPhotos(500)
  const names = photos.map(({ filename }) => filename)
  /** Returns the names of the tiles in the window, and of all rendered tiles. */
  const tilesOf = (page: Page) =>
    page.evaluate(() => {
      const frame = document.querySelector('.wall')?.getBoundingClientRect()
      const tiles = [...document.querySelectorAll('a.tile')]
      const isIn = (box: DOMRect) => frame && box.bottom > frame.top && box.top < frame.bottom
      const nameOf = (tile: Element) => tile.getAttribute('title') ?? ''
      return {
        all: tiles.map(nameOf),
        inSight: tiles.filter((tile) => isIn(tile.getBoundingClientRect())).map(nameOf),
      }
    })

  it('requests pictures in sight first, and pictures outside only once those have arrived', async () => {
    const { page, gallery } = await visiting(browser, { ...phone, photos })
    const pictures = holdPictures(gallery, names)
    await page.goto('/?view=grid')
    await eventually(() => expect(pictures.asked().length).toBeGreaterThan(4))
    const { all, inSight } = await tilesOf(page)
    expect(all.length).toBeGreaterThan(inSight.length)
    for (const name of pictures.asked()) expect(inSight).toContain(name)
    pictures.release()
    await eventually(() => expect(new Set(pictures.asked())).toEqual(new Set(all)))
  })

  it('cancels pictures that leave the window, and requests them again on the way back', async () => {
    const { page, gallery } = await visiting(browser, { ...phone, photos })
    const pictures = holdPictures(gallery, names)
    await page.goto('/?view=grid')
    await eventually(() => expect(pictures.asked()).toContain('photo-00000.jpg'))
    const failed: string[] = []
    page.on('requestfailed', (request) => failed.push(new URL(request.url()).pathname))
    await page.locator('.wall').evaluate((wall) => wall.scrollTo({ top: 9000 }))
    await eventually(() => expect(failed).toContain('/api/images/photo-00000.jpg/thumbnail'))
    const { inSight } = await tilesOf(page)
    await eventually(() => expect(pictures.asked()).toContain(inSight[3]))
    await page.locator('.wall').evaluate((wall) => wall.scrollTo({ top: 0 }))
    pictures.release()
    await page.waitForFunction(() => document.querySelector<HTMLImageElement>('img.thumbnail')?.naturalWidth)
    // Five hundred photos, of which a few windows were in sight.
    expect(new Set(pictures.asked()).size).toBeLessThan(120)
  })
})

describe('the stage', () => {
  it('shows the colours of a tile at once while the photo’s data is loading', async () => {
    const { page, gallery } = await visiting(browser, { ...phone, photos: somePhotos(2) })
    await page.goto('/?view=grid')
    const late = Promise.withResolvers<void>()
    gallery.script('/api/images/two.jpg', async () => {
      await late.promise
      return Response.json(somePhotos(2)[1])
    })
    await page.getByRole('link', { name: 'two.jpg' }).click()
    await page.locator('canvas.preview-picture').waitFor()
    expect(await page.locator('.placeholder').count()).toBe(0)
    late.resolve()
    await pictureOf(page, 'two')
    await eventually(async () => expect(await page.locator('canvas.preview-picture').count()).toBe(0))
  })

  it('shows no placeholder for the next photo, which is loaded already', async () => {
    const { page } = await visiting(browser, { ...phone, photos: somePhotos(3) })
    await page.goto('/')
    await pictureOf(page, 'one')
    await prefetched(page, 'two')
    await page.evaluate(() => {
      const seen: string[] = []
      Object.assign(window, { seen })
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes)
          for (const node of addedNodes) if (node instanceof HTMLCanvasElement) seen.push(node.className)
      }).observe(document.body, { childList: true, subtree: true })
    })
    await page.waitForFunction(() => document.querySelector('canvas.preview-picture') === null)
    await page.getByRole('button', { name: 'Next' }).click()
    await pictureOf(page, 'two')
    expect(await page.evaluate(() => Reflect.get(window, 'seen'))).toEqual([])
  })

  it('fades nothing where motion is reduced', async () => {
    const { page, gallery } = await visiting(browser, {
      ...phone,
      photos: somePhotos(2),
      reducedMotion: 'reduce',
    })
    const pictures = holdPictures(gallery, ['one.jpg'])
    await page.goto('/')
    await page.locator('canvas.preview-picture').waitFor()
    pictures.release()
    await page.locator('canvas.preview-picture').waitFor({ state: 'detached' })
    const duration = await page
      .locator('img.picture')
      .evaluate((image) => Number.parseFloat(getComputedStyle(image).animationDuration))
    expect(duration).toBeLessThan(0.01)
  })
})
