/** Empty captions, which an admin may save. */
import type { Browser } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { somePhotos } from '../support/fakes/gallery-server.ts'
import { atWork, captionOf, onePath, openSheet, sheetOf } from '../support/fixtures/admin-page.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import { pictureOf } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

describe.each([
  ['a phone', phone],
  ['a desktop', desktop],
])('on %s', (_where, window) => {
  it('saves an emptied caption and shows it empty after a reload', async () => {
    const { page, gallery, asked, answer } = await atWork(browser, window)
    const [one] = somePhotos(1)
    const captions = { source: 'person', by_platform: { telegram: '', email: 'The caption of photo one.' } }
    answer(onePath, () =>
      Response.json({ filename: 'one.jpg', caption: '', alt_text: one?.alt_text, captions, metadata: {} }),
    )
    await openSheet(page)
    const explained = sheetOf(page).getByText('Will be published without a caption.')
    expect(await explained.count()).toBe(0)
    await captionOf(page, 'Telegram').fill(' ')
    await explained.waitFor()
    const described = (await captionOf(page, 'Telegram').getAttribute('aria-describedby')) ?? ''
    expect(described.split(' ')).toContain(await explained.getAttribute('id'))
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved', { exact: true }).waitFor()
    expect(asked.map(({ body }) => body)).toEqual([
      { captions: { telegram: '', email: 'The caption of photo one.' } },
    ])
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('')
    gallery.script(onePath, () => Response.json({ ...one, caption: '', captions }))
    await page.reload()
    await pictureOf(page, 'one')
    await openSheet(page)
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('')
    await explained.waitFor()
    expect(await page.getByRole('button', { name: 'Save' }).getAttribute('aria-disabled')).toBe('true')
  })
})

describe('a photo with a training prompt only', () => {
  const prompt = 'photo of a woman, rope, masterpiece, 8k'
  const trained = somePhotos(1).map((photo) => ({
    ...photo,
    caption: null,
    alt_text: null,
    captions: { source: 'training' as const, by_platform: { telegram: '', email: '' } },
    sd_caption: prompt,
    metadata: {},
  }))

  it('never shows the training prompt as a caption or alt text, and prefills nothing', async () => {
    const { page, gallery } = await atWork(browser, { photos: somePhotos(1) })
    gallery.script(onePath, () => Response.json(trained[0]))
    await page.reload()
    await page.getByRole('img', { name: 'No description' }).waitFor()
    await openSheet(page)
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('')
    await page.getByRole('button', { name: 'Write captions with AI' }).waitFor()
    const field = page.getByLabel('Alt text (describe the photo for screen readers)')
    expect(await field.inputValue()).toBe('')
    expect(await page.locator('.caption').textContent()).toBe('No caption yet')
    expect(await page.locator('.full-caption').count()).toBe(0)
  })
})
