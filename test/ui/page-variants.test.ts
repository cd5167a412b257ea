/** Variants of captions in the workbench: shorter, warmer, without hashtags. */
import type { Browser } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import {
  atWork,
  captionOf,
  closeSheet,
  events,
  openSheet,
  openStream,
  path,
} from '../support/fixtures/admin-page.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import { eventually } from '../support/fixtures/eventually.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const variants = path('captions/variants')
const result = (kind: string, captions: object) => ({ filename: 'one.jpg', kind, captions })

describe('a variant of the captions', () => {
  it.each([
    ['on a phone', phone],
    ['on a desktop', desktop],
  ])('replaces the draft until one tap restores the old text %s', async (_, window) => {
    const { page, asked, answer } = await atWork(browser, window)
    answer(variants, () => events(['result', result('shorter', { telegram: 'Typed.', email: 'One.' })]))
    await openSheet(page)
    await captionOf(page, 'Telegram').fill('Typed before. #rope')
    await page.getByRole('button', { name: 'Shorter' }).click()
    await page.getByText('New captions are ready').waitFor()
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('Typed.')
    expect(await captionOf(page, 'FetLife').inputValue()).toBe('One.')
    expect(asked.at(-1)?.body).toEqual({
      kind: 'shorter',
      captions: { telegram: 'Typed before. #rope', email: 'The caption of photo one.' },
    })
    await page.getByText('Your captions were replaced.').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Restore my captions' }).click()
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('Typed before. #rope')
    expect(await captionOf(page, 'FetLife').inputValue()).toBe('The caption of photo one.')
  })

  it('restores the admin’s own words after a variant of a variant, and later words after those', async () => {
    const { page, answer } = await atWork(browser)
    const kinds = ['shorter', 'warmer', 'no_hashtags']
    let calls = 0
    answer(variants, () => {
      const text = `Variant ${++calls}.`
      return events(['result', result(kinds[calls - 1] ?? 'shorter', { telegram: text, email: text })])
    })
    const telegram = captionOf(page, 'Telegram')
    const vary = async (name: string, text: string) => {
      await page.getByRole('button', { name }).click()
      await eventually(async () => expect(await telegram.inputValue()).toBe(text))
    }
    const restore = page.getByRole('button', { name: 'Restore my captions' })
    await openSheet(page)
    await telegram.fill('My own words.')
    await vary('Shorter', 'Variant 1.')
    await vary('Warmer', 'Variant 2.')
    await restore.press('Enter')
    expect(await telegram.inputValue()).toBe('My own words.')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Publish')
    await vary('No hashtags', 'Variant 3.')
    await telegram.fill('My later words.')
    await vary('Shorter', 'Variant 4.')
    await restore.click()
    expect(await telegram.inputValue()).toBe('My later words.')
  })

  it('works by keyboard, keeps the focus, tells the progress and starts once', async () => {
    const { page, asked, answer } = await atWork(browser)
    const stream = openStream()
    answer(variants, () => stream.response)
    await openSheet(page)
    const button = page.getByRole('button', { name: 'Warmer' })
    await button.focus()
    await page.keyboard.press('Enter')
    await eventually(async () => expect(await button.getAttribute('aria-busy')).toBe('true'))
    await page.getByRole('status').getByText('Working').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'No hashtags' }).press('Enter')
    await button.focus()
    await stream.send('result', result('warmer', { telegram: 'Warm.', email: 'Warm.' }))
    await stream.end()
    await page.getByRole('status').getByText('New captions are ready').waitFor()
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('Warm.')
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
    expect(asked).toHaveLength(1)
  })
})

describe('a variant of the captions, while the admin does something else', () => {
  it('keeps text that was typed meanwhile for the restoring', async () => {
    const { page, answer } = await atWork(browser)
    const stream = openStream()
    answer(variants, () => stream.response)
    await openSheet(page)
    await page.getByRole('button', { name: 'Shorter' }).click()
    await captionOf(page, 'Telegram').fill('Typed meanwhile.')
    await stream.send('result', result('shorter', { telegram: 'Short.', email: 'Short.' }))
    await stream.end()
    await page.getByRole('button', { name: 'Restore my captions' }).click()
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('Typed meanwhile.')
  })

  it('explains a failure, keeps the text and can be repeated', async () => {
    const { page, answer } = await atWork(browser)
    let calls = 0
    answer(variants, () =>
      ++calls === 1
        ? Response.json({ status: 502, code: 'ai_unusable_answer', title: 'x', detail: 'y' }, { status: 502 })
        : events(['result', result('shorter', { telegram: 'Short.', email: 'Short.' })]),
    )
    await openSheet(page)
    await captionOf(page, 'Telegram').fill('Typed before.')
    await page.getByRole('button', { name: 'Shorter' }).click()
    await page.getByRole('alert').waitFor()
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('Typed before.')
    await page.getByRole('alert').getByRole('button').first().click()
    await page.getByText('New captions are ready').waitFor()
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('Short.')
  })

  it('announces the new text when the sheet was closed meanwhile', async () => {
    const { page, answer } = await atWork(browser)
    const stream = openStream()
    answer(variants, () => stream.response)
    await openSheet(page)
    await page.getByRole('button', { name: 'Shorter' }).click()
    await closeSheet(page)
    await stream.send('result', result('shorter', { telegram: 'Short.', email: 'Short.' }))
    await stream.end()
    await page.getByText('New captions are ready').waitFor()
  })

  it('offers no button without an AI or without a caption', async () => {
    const without = await atWork(browser, desktop, { analyze_caption_enabled: false })
    await openSheet(without.page)
    await captionOf(without.page, 'Telegram').waitFor()
    expect(await without.page.getByRole('button', { name: 'Shorter' }).count()).toBe(0)
    const { page } = await atWork(browser)
    await openSheet(page)
    await captionOf(page, 'Telegram').fill(' ')
    await captionOf(page, 'FetLife').fill('')
    await page.getByRole('button', { name: 'Shorter' }).waitFor({ state: 'detached' })
  })
})
