/** An admin's steps to a view: select, write captions, preview, publish, upload. */
import type { Page } from 'playwright-core'
import { events, withProblem } from './answers.ts'
import { button, openGrid, pictureShown } from './page.ts'

export async function openSelection(page: Page): Promise<void> {
  await openGrid(page)
  // On a phone, a long press marks the first photo, and the checkboxes ignore touches before that.
  for (const place of [0, 2, 4]) await page.locator('.check').nth(place).dispatchEvent('click')
}

export async function openCaptions(page: Page): Promise<void> {
  await button(page, 'Publish').click()
  const words = {
    'Telegram (channel)': 'The last light stays where the planks end. #goldenhour #lake',
    FetLife: 'The last light stays where the planks end.',
  }
  for (const [platform, text] of Object.entries(words))
    await page.getByLabel(`Caption for ${platform}`).fill(text)
  await page.locator('.sheet h2').focus()
}

export async function openPreview(page: Page): Promise<void> {
  await openCaptions(page)
  await button(page, 'Preview').click()
  await page.locator('.post').nth(1).waitFor()
  await pictureShown(page, '.post')
}

/** Publishes to two platforms, one of which fails. */
export async function openResults(page: Page): Promise<void> {
  await openPreview(page)
  const results = {
    telegram: { success: true, url: 'https://t.me/c/1000010000000/7', message_id: '7' },
    email: { success: false, error: 'The mail server cannot be reached. Try again later.' },
  }
  await page.route('**/api/images/*/publish', (route) =>
    events(route, ['result', { filename: 'x', results, any_success: true, archived: false }]),
  )
  await button(page, /^Publish to/).click()
  await page.getByRole('heading', { name: 'Results' }).waitFor()
}

export async function openUploads(page: Page): Promise<void> {
  const files = [
    'rose jute, coiled.png',
    'violet-lake.jpg',
    'table-by-the-window.jpg',
    'pines-after-sunset.jpg',
  ]
  const payloads = await Promise.all(
    files.map(async (name, place) => {
      const path = `/api/images/${encodeURIComponent(name)}/thumbnail?size=w480h320`
      // Fetched by the page, since only browsers resolve names below localhost.
      const bytes = await page.evaluate(async (url) => [...(await (await fetch(url)).bytes())], path)
      return { name: `DSC0${142 + place}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(bytes) }
    }),
  )
  let asked = 0
  await page.route(/\/api\/library\/upload/, async (route) => {
    asked += 1
    if (asked === 1) await events(route, ['result', { key: 'DSC0142.jpg', size: 1 }])
    // The other uploads never get an answer.
  })
  await page
    .locator('input[type=file]')
    .setInputFiles([
      ...payloads,
      { name: 'notes.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') },
    ])
  const tray = page.getByRole('region', { name: 'Uploads' })
  await tray.getByRole('button', { name: /^1 of 5/ }).click()
  await tray.locator('img').nth(3).waitFor()
}

export async function openEmpty(page: Page, code: string): Promise<void> {
  await withProblem(page, 404, code)
  await button(page, 'Upload photos').first().waitFor()
}
