/** Accessibility of each view that no other suite checks with axe, on a phone and a desktop, in both colour schemes. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem, randomPath } from '../support/fakes/gallery-server.ts'
import {
  atWork,
  events,
  openPreview,
  openSheet,
  openStream,
  path,
  published,
  sendOut,
  sheetOf,
} from '../support/fixtures/admin-page.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import { pictureOf, visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const windows = Object.entries({ phone, desktop }).flatMap(([device, window]) =>
  (['dark', 'light'] as const).map((colorScheme) => ({
    device,
    colorScheme,
    window: { ...window, colorScheme },
  })),
)

describe.each(windows)('on a $device, $colorScheme', ({ window }) => {
  it.each<[string, Response]>([
    ['a private gallery', problem(401, 'not_signed_in')],
    ['an empty gallery', problem(404, 'no_photos')],
    ['a storage that is down', problem(503, 'storage_unavailable', { 'retry-after': '30' })],
    ['too many requests', problem(429, 'rate_limited', { 'retry-after': '30' })],
  ])('passes axe for %s', async (_what, answer) => {
    const { page, gallery } = await visiting(browser, window)
    gallery.script(randomPath, () => answer.clone())
    await page.goto('/')
    await page.getByRole('heading', { level: 2 }).waitFor()
    await expectAccessible(page)
  })

  it('passes axe for the details and the zoomed photo', async () => {
    const { page } = await visiting(browser, window)
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('button', { name: 'Details' }).click()
    await page.getByText('Studio Alice').waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Zoom in' }).click()
    await page.locator('.stage.zoomed').waitFor()
    await expectAccessible(page)
  })

  it('passes axe for captions, preview and results', async () => {
    const { page, answer } = await atWork(browser, window)
    const results = {
      telegram: { success: true, post_id: '1', url: 'https://t.me/channel/1' },
      email: { success: false, error: 'The mail server refused it.', code: 'publish_refused' },
    }
    answer(path('publish'), () =>
      events(['result', { filename: 'one.jpg', results, any_success: true, archived: false }]),
    )
    await openSheet(page)
    await sheetOf(page).waitFor()
    await expectAccessible(page)
    await openPreview(page)
    await expectAccessible(page)
    await sendOut(page)
    await page.getByText('The mail server refused it.').waitFor()
    await expectAccessible(page)
  })

  it('passes axe for the account, the shortcuts and toasts', async () => {
    const { page, gallery } = await atWork(browser, window, { keep_enabled: true })
    gallery.script(path('keep'), () => Response.json({ filename: 'one.jpg', action: 'keep' }))
    await page.getByRole('button', { name: 'Account: alice@example.org' }).click()
    await page.getByRole('button', { name: 'Sign out everywhere' }).waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    await expectAccessible(page)
  })

  it('passes axe for progress, unknown outcomes, and the confirmation of a deletion', async () => {
    const { page, answer } = await atWork(browser, window, { delete_enabled: true })
    const stream = openStream()
    answer(path('publish'), () => stream.response)
    await openSheet(page)
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await openPreview(page)
    await sendOut(page)
    await stream.send('progress', { stage: 'sending', platform: 'telegram' })
    await page.getByText('Sending to Telegram').first().waitFor()
    await expectAccessible(page)
    const unknown = { success: false, skipped: 'unknown' }
    await stream.send('result', published({ telegram: { success: true }, email: unknown }, false))
    await stream.end()
    await page.getByRole('button', { name: 'It’s not there: publish again' }).waitFor()
    await expectAccessible(page)
  })

  it('passes axe for uploads', async () => {
    const { page, gallery } = await atWork(browser, window, { library_enabled: true, max_upload_mb: 1 })
    gallery.script('/api/library/upload', () => problem(415, 'unsupported_photo'))
    const picker = page.locator('input[type=file]')
    await picker.waitFor({ state: 'attached' })
    await picker.setInputFiles([
      { name: 'notes.pdf', mimeType: 'application/pdf', buffer: Buffer.from('no photo') },
    ])
    await notStored(page)
    await expectAccessible(page)
  })
})

/** Waits for the tray, which opens automatically after a failure. */
async function notStored(page: Page): Promise<void> {
  const tray = page.getByRole('region', { name: 'Uploads' })
  await tray.getByText('notes.pdf').waitFor()
  expect(await tray.getByRole('listitem').count()).toBe(1)
}
