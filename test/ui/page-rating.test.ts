/** Rating of a photo, and its effect on the channels. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem } from '../support/fakes/gallery-server.ts'
import {
  events,
  onePath,
  openPreview,
  openSheet,
  path,
  published,
  sendOut,
  sheetOf,
} from '../support/fixtures/admin-page.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import { atChannels, sentTo } from '../support/fixtures/channel-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const step = (page: Page, name: string) => page.getByRole('radio', { name, exact: true })
const channel = (page: Page, name: string) => page.getByRole('checkbox', { name, exact: true })
const rating = (page: Page) => page.getByRole('group', { name: 'Rating' })
const label = (page: Page, name: string) => rating(page).locator('label', { hasText: name })

const windows = Object.entries({ phone, desktop }).flatMap(([device, window]) =>
  (['dark', 'light'] as const).map((colorScheme) => ({
    device,
    colorScheme,
    window: { ...window, colorScheme },
  })),
)

describe.each(windows)('on a $device, $colorScheme', ({ window }) => {
  it('rates a photo with one tap, and shows what the rating means on each channel', async () => {
    const { page, asked } = await atChannels(browser, window)
    await openSheet(page)
    await rating(page).getByText('Not rated yet. This is the default. Not sent to Instagram.').waitFor()
    expect(await step(page, 'Nudity').isChecked()).toBe(true)
    await sheetOf(page).getByText('Sent blurred.').first().waitFor()
    await sheetOf(page).getByText('Sent with the label “nudity”.').waitFor()
    expect(await channel(page, 'Instagram').isChecked()).toBe(false)
    expect(await channel(page, 'Instagram').isDisabled()).toBe(true)
    const why = page.locator(`#${await channel(page, 'Instagram').getAttribute('aria-describedby')}`)
    expect(await why.textContent()).toBe('Not sent. Instagram forbids nudity.')
    await expectAccessible(page)
    await label(page, 'General').click()
    await rating(page).getByText('Rated by you.', { exact: true }).waitFor()
    expect(await channel(page, 'Instagram').isChecked()).toBe(true)
    expect(await sheetOf(page).getByText('Sent blurred.').count()).toBe(0)
    expect(asked.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['PATCH', onePath, { rating: 'general' }],
    ])
    await expectAccessible(page)
  })

  it('has four steps that a thumb can hit, in a row', async () => {
    const { page } = await atChannels(browser, window)
    await openSheet(page)
    // Sizes of the layout, because the sheet may still be rising.
    const boxes = await rating(page)
      .locator('label')
      .evaluateAll((all) =>
        all.flatMap((each) =>
          each instanceof HTMLElement
            ? [{ width: each.offsetWidth, height: each.offsetHeight, top: each.offsetTop }]
            : [],
        ),
      )
    expect(boxes).toHaveLength(4)
    for (const { width, height, top } of boxes) {
      expect(height).toBeGreaterThanOrEqual(44)
      expect(width).toBeGreaterThanOrEqual(44)
      expect(top).toBe(boxes[0]?.top)
    }
  })
})

describe('rating a photo', () => {
  it('moves by the arrow keys', async () => {
    const { page, asked } = await atChannels(browser)
    await openSheet(page)
    await step(page, 'Nudity').focus()
    await page.keyboard.press('ArrowRight')
    await rating(page).getByText('Rated by you. Not sent to Instagram.').waitFor()
    expect(await step(page, 'Explicit').isChecked()).toBe(true)
    await sheetOf(page).getByText('Sent with the label “porn”.').waitFor()
    expect(asked.map(({ body }) => body)).toEqual([{ rating: 'explicit' }])
  })

  it('names the AI where it has rated the photo', async () => {
    const { page } = await atChannels(browser, desktop, { rating: 'suggestive', rating_source: 'ai' })
    await openSheet(page)
    await rating(page).getByText('Rated by the AI.').waitFor()
    expect(await channel(page, 'Instagram').isChecked()).toBe(true)
  })

  it('restores the former rating when the server refuses, and offers to try again', async () => {
    const { page, onSave, asked } = await atChannels(browser, phone)
    onSave(() => problem(503, 'storage_unavailable'))
    await openSheet(page)
    await label(page, 'General').click()
    await rating(page).getByText('Not rated yet. This is the default.').waitFor()
    expect(await step(page, 'Nudity').isChecked()).toBe(true)
    await sheetOf(page).getByText('The storage isn’t responding').waitFor()
    await expectAccessible(page)
    onSave(({ rating: sent }) => Response.json({ filename: 'one.jpg', rating: sent }))
    await sheetOf(page).getByRole('button', { name: 'Try again' }).click()
    await rating(page).getByText('Rated by you.', { exact: true }).waitFor()
    expect(await step(page, 'General').isChecked()).toBe(true)
    expect(await sheetOf(page).getByText('The storage isn’t responding').count()).toBe(0)
    expect(asked.map(({ body }) => body.rating)).toEqual(['general', 'general'])
  })

  it('sends quick taps one after the other, so that the last tap wins', async () => {
    const { page, onSave, asked } = await atChannels(browser)
    const first = Promise.withResolvers<Response>()
    const answers = [first.promise]
    onSave(({ rating: sent }) => answers.shift() ?? Response.json({ filename: 'one.jpg', rating: sent }))
    await openSheet(page)
    await label(page, 'General').click()
    await label(page, 'Explicit').click()
    await label(page, 'Suggestive').click()
    expect(await step(page, 'Suggestive').isChecked()).toBe(true)
    expect(asked).toHaveLength(1)
    first.resolve(Response.json({ filename: 'one.jpg', rating: 'general' }))
    await expect.poll(() => asked.map(({ body }) => body.rating)).toEqual(['general', 'suggestive'])
    expect(await step(page, 'Suggestive').isChecked()).toBe(true)
  })

  it('publishes to the channels that accept the rating, with the rating of the admin', async () => {
    const { page, asked, answer } = await atChannels(browser)
    answer(path('publish'), () => events(['result', published({ telegram: sentTo('telegram') })]))
    await openSheet(page)
    await label(page, 'Explicit').click()
    await rating(page).getByText('Rated by you.').waitFor()
    await openPreview(page)
    expect(await page.locator('.posts h3').allTextContents()).toEqual([
      'Telegram (main)',
      'Telegram (backup)',
      'Bluesky',
      'FetLife',
    ])
    await page.getByRole('region', { name: 'Telegram (main)' }).getByText('Sent blurred.').waitFor()
    await sendOut(page)
    await page.getByText('Moved to the archive.').waitFor()
    expect(asked.at(-1)?.body).toMatchObject({
      platforms: ['telegram', 'backup', 'bluesky', 'email'],
      rating: 'explicit',
    })
  })

  it('leaves the rating of the AI to the server', async () => {
    const { page, asked, answer } = await atChannels(browser, desktop, { rating_source: 'ai' })
    answer(path('publish'), () => events(['result', published({ telegram: sentTo('telegram') })]))
    await openSheet(page)
    await openPreview(page)
    await sendOut(page)
    await page.getByText('Moved to the archive.').waitFor()
    expect(asked.at(-1)?.body).not.toHaveProperty('rating')
  })

  it('speaks German', async () => {
    const { page } = await atChannels(browser, { ...phone, locale: 'de-DE' })
    await page.getByRole('button', { name: 'Veröffentlichen' }).click()
    await page
      .getByText('Noch nicht eingestuft. Das ist die Voreinstellung. Wird nicht an Instagram gesendet.')
      .waitFor()
    await page.getByText('Wird unscharf gesendet.').first().waitFor()
    await page.getByText('Wird nicht gesendet.').waitFor()
    await expectAccessible(page)
  })
})
