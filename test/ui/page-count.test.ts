/** The number of photos under the title. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { openChromium, phone } from '../../scripts/chromium.ts'
import { randomPath, somePhotos } from '../support/fakes/gallery-server.ts'
import { atWork, events, path } from '../support/fixtures/admin-page.ts'
import { pictureOf, prefetched } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const counted = (page: Page, words: string) =>
  page.getByRole('banner').getByText(words, { exact: true }).waitFor()

const moved = (folder: string) => ({
  filename: 'one.jpg',
  action: folder,
  destination_folder: folder,
  preview_only: false,
})

describe('the number of photos', () => {
  it('decreases at once with Keep, ignores an outdated count of the server, and increases with Undo', async () => {
    const { page, answer } = await atWork(browser, phone)
    await prefetched(page, 'two')
    await counted(page, '4 photos')
    const kept = Promise.withResolvers<Response>()
    answer(path('keep'), () => kept.promise)
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
    await pictureOf(page, 'two')
    await counted(page, '3 photos')
    // This count was requested during the move, so it still includes the photo.
    await prefetched(page, 'three')
    await counted(page, '3 photos')
    kept.resolve(Response.json(moved('keep')))
    answer(path('restore'), () => Response.json({ ...moved('root'), action: 'restore' }))
    await page.getByRole('button', { name: 'Undo' }).click()
    await counted(page, '4 photos')
  })

  it('increases again when Remove fails', async () => {
    const { page, answer } = await atWork(browser, phone)
    await prefetched(page, 'two')
    const removed = Promise.withResolvers<Response>()
    answer(path('remove'), () => removed.promise)
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await counted(page, '3 photos')
    removed.resolve(new Response(null, { status: 500 }))
    await counted(page, '4 photos')
  })

  it('decreases again when a restored photo leaves a second time', async () => {
    const { page, gallery, answer } = await atWork(browser, phone, { library_enabled: true })
    await prefetched(page, 'two')
    await counted(page, '4 photos')
    // From here on, only the page counts.
    gallery.script(randomPath, () => Response.json(somePhotos(1)[0]))
    gallery.script('/api/library/objects', () =>
      Response.json({
        objects: [{ key: 'keep/one.jpg', size: 1, last_modified: '2026-01-01T00:00:00Z' }],
        cursor: null,
        total_in_window: 1,
        truncated: false,
      }),
    )
    answer(path('keep'), () => Response.json(moved('keep')))
    answer(path('restore'), () => Response.json({ ...moved('root'), action: 'restore' }))
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
    await counted(page, '3 photos')
    await page.getByRole('button', { name: 'All photos' }).click()
    await page.getByRole('link', { name: 'Kept' }).click()
    await page.getByRole('button', { name: 'Select', exact: true }).click()
    await page.getByRole('link', { name: 'one.jpg' }).tap()
    await page.getByRole('button', { name: 'Move back to inbox' }).click()
    await page.getByText('1 moved back to the inbox.').waitFor()
    await page.getByRole('button', { name: 'One photo at a time' }).click()
    await pictureOf(page, 'one')
    await counted(page, '4 photos')
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
    await counted(page, '3 photos')
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('increases with an upload', async () => {
    const { page, gallery } = await atWork(browser, phone, {
      library_enabled: true,
      max_upload_mb: 50,
    })
    gallery.script('/api/library/upload', () => events(['result', { key: 'new.jpg', size: 4 }]))
    await counted(page, '4 photos')
    await page
      .locator('input[type="file"]')
      .setInputFiles({ name: 'new.jpg', mimeType: 'image/jpeg', buffer: Buffer.from([255, 216, 255, 224]) })
    await counted(page, '5 photos')
  })
})
