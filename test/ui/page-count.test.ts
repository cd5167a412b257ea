/** The number of photos under the title. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, it } from 'vitest'
import { openChromium, phone } from '../../scripts/chromium.ts'
import { atWork, events, path } from './at-work.ts'
import { pictureOf, prefetched } from './visiting.ts'

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
  it('falls with Keep at once, stays while the server still counts the photo, and rises with Undo', async () => {
    const { page, answer } = await atWork(browser, phone)
    await prefetched(page, 'two')
    await counted(page, '4 photos')
    const kept = Promise.withResolvers<Response>()
    answer(path('keep'), () => kept.promise)
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
    await pictureOf(page, 'two')
    await counted(page, '3 photos')
    // Asked for while the photo was on its way: the server counted it.
    await prefetched(page, 'three')
    await counted(page, '3 photos')
    kept.resolve(Response.json(moved('keep')))
    answer(path('restore'), () => Response.json({ ...moved('root'), action: 'restore' }))
    await page.getByRole('button', { name: 'Undo' }).click()
    await counted(page, '4 photos')
  })

  it('rises again when Remove failed', async () => {
    const { page, answer } = await atWork(browser, phone)
    await prefetched(page, 'two')
    const removed = Promise.withResolvers<Response>()
    answer(path('remove'), () => removed.promise)
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await counted(page, '3 photos')
    removed.resolve(new Response(null, { status: 500 }))
    await counted(page, '4 photos')
  })

  it('follows an upload', async () => {
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
