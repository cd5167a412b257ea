/** Back and forward through the layers over a photo: details, full-size view, sheet. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { atWork, captionOf, closeSheet, openSheet, sheetOf } from '../support/fixtures/admin-page.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { pictureOf, prefetched, visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const devices = [
  ['a phone', phone],
  ['a desktop', desktop],
] as const

const detailsOf = (page: Page) => page.getByRole('complementary', { name: 'Details' })
const openDetails = (page: Page) => page.getByRole('button', { name: 'Details', exact: true }).click()

/** Waits until the current history entry has these layers. */
const inHistory = (page: Page, layers: readonly string[]) =>
  eventually(async () =>
    expect(await page.evaluate(() => Reflect.get(Object(history.state), 'layers'))).toEqual(layers),
  )

async function toNext(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Next' }).click()
  await pictureOf(page, name)
}

describe('Back', () => {
  it.each(devices)('closes the sheet, then the details, then leaves the photo on %s', async (_, window) => {
    const { page } = await atWork(browser, window)
    await prefetched(page, 'two')
    await toNext(page, 'two')
    await openDetails(page)
    await inHistory(page, ['details'])
    await page.keyboard.press('p')
    await sheetOf(page).waitFor()
    await inHistory(page, ['details', 'sheet'])
    await page.goBack()
    await sheetOf(page).waitFor({ state: 'detached' })
    expect(await detailsOf(page).isVisible()).toBe(true)
    await page.goBack()
    await detailsOf(page).waitFor({ state: 'hidden' })
    await pictureOf(page, 'two')
    await page.goBack()
    await pictureOf(page, 'one')
    await page.goForward()
    await pictureOf(page, 'two')
    expect(await detailsOf(page).isVisible()).toBe(false)
    await page.goForward()
    await detailsOf(page).waitFor()
    await page.goForward()
    await sheetOf(page).waitFor()
  })

  it('closes the full-size view before the details under it', async () => {
    const { page } = await visiting(browser, desktop)
    await page.goto('/')
    await pictureOf(page, 'one')
    await openDetails(page)
    await page.keyboard.press('z')
    await inHistory(page, ['details', 'closeUp'])
    await page.goBack()
    await page.getByRole('button', { name: 'Zoom out' }).waitFor({ state: 'hidden' })
    expect(await detailsOf(page).isVisible()).toBe(true)
    await page.goBack()
    await detailsOf(page).waitFor({ state: 'hidden' })
    await pictureOf(page, 'one')
  })

  it('closes the details of a photo that was reached with open details', async () => {
    const { page } = await visiting(browser, desktop)
    await page.goto('/')
    await pictureOf(page, 'one')
    await prefetched(page, 'two')
    await openDetails(page)
    await toNext(page, 'two')
    await detailsOf(page).waitFor()
    await inHistory(page, ['details'])
    await page.getByRole('button', { name: 'Back', exact: true }).click()
    await pictureOf(page, 'one')
    await detailsOf(page).waitFor()
    await inHistory(page, ['details'])
    await toNext(page, 'two')
    await inHistory(page, ['details'])
    await page.goBack()
    await detailsOf(page).waitFor({ state: 'hidden' })
    await pictureOf(page, 'two')
    await page.goBack()
    await pictureOf(page, 'one')
  })

  it('returns from a photo to the grid after its details are closed', async () => {
    const { page } = await visiting(browser, phone)
    await page.goto('/?view=grid')
    await page.getByRole('link', { name: 'one.jpg' }).click()
    await pictureOf(page, 'one')
    await openDetails(page)
    await inHistory(page, ['details'])
    await toNext(page, 'two')
    await inHistory(page, ['details'])
    await page.goBack()
    await detailsOf(page).waitFor({ state: 'hidden' })
    await pictureOf(page, 'two')
    await page.goBack()
    await page.getByRole('link', { name: 'two.jpg' }).waitFor()
  })

  it('closes nothing further when Escape has closed the layers', async () => {
    const { page } = await atWork(browser, desktop)
    await prefetched(page, 'two')
    await toNext(page, 'two')
    for (const _time of [1, 2]) {
      await openDetails(page)
      await openSheet(page)
      await page.keyboard.press('Escape')
      await sheetOf(page).waitFor({ state: 'detached' })
      await page.keyboard.press('Escape')
      await detailsOf(page).waitFor({ state: 'hidden' })
      await inHistory(page, [])
    }
    await page.goBack()
    await pictureOf(page, 'one')
  })
})

describe('the sheet', () => {
  it('keeps unsaved captions when Back closes it', async () => {
    const { page } = await atWork(browser, phone)
    await openSheet(page)
    await captionOf(page, 'Telegram').fill('Half a thought')
    await page.goBack()
    await sheetOf(page).waitFor({ state: 'detached' })
    await openSheet(page)
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('Half a thought')
    await closeSheet(page)
    await inHistory(page, [])
  })

  it('opens again after the browser has closed it on its own', async () => {
    const { page } = await atWork(browser, phone)
    await openSheet(page)
    await sheetOf(page).waitFor()
    await page.evaluate(() => document.querySelector('dialog')?.close())
    await page.locator('dialog').waitFor({ state: 'detached' })
    await inHistory(page, [])
    await openSheet(page)
    await captionOf(page, 'Telegram').waitFor()
    await inHistory(page, ['sheet'])
  })

  it('disappears from the history when its photo is deleted', async () => {
    const { page, answer } = await atWork(browser, phone)
    answer('/api/images/one.jpg/delete', () =>
      Response.json({ filename: 'one.jpg', action: 'delete', destination_folder: null, preview_only: false }),
    )
    await openSheet(page)
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await pictureOf(page, 'two')
    await inHistory(page, [])
    expect(page.url()).toMatch(/photo=two\.jpg$/)
  })
})

describe('a reloaded page', () => {
  it('shows the details that were open, and Back closes them', async () => {
    const { page } = await visiting(browser, desktop)
    await page.goto('/?photo=one.jpg')
    await pictureOf(page, 'one')
    await openDetails(page)
    await inHistory(page, ['details'])
    await page.reload()
    await detailsOf(page).waitFor()
    await page.goBack()
    await detailsOf(page).waitFor({ state: 'hidden' })
    await pictureOf(page, 'one')
  })
})
