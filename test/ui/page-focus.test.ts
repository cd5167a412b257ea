/** Focus after its element is replaced, live regions, and Delete without a sheet. */
import type { Browser } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import {
  analysis,
  askAi,
  atWork,
  events,
  openSheet,
  openStream,
  path,
  sheetOf,
  signedInAs,
} from '../support/fixtures/admin-page.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

describe('the focus', () => {
  it('moves from the AI button to the steps, and back when they end', async () => {
    const { page, answer } = await atWork(browser)
    const stream = openStream()
    answer(path('analyze'), () => stream.response)
    await openSheet(page)
    await askAi(page)
    const steps = sheetOf(page).locator('.under-way')
    await steps.waitFor()
    await eventually(async () =>
      expect(await steps.evaluate((element) => element === document.activeElement)).toBe(true),
    )
    await expectAccessible(page)
    await stream.send('result', analysis({ telegram: 'A new one', email: 'Another' }))
    await stream.end()
    await steps.waitFor({ state: 'detached' })
    const button = page.getByRole('button', { name: 'Write new captions with AI' })
    await eventually(async () =>
      expect(await button.evaluate((element) => element === document.activeElement)).toBe(true),
    )
  })

  it('stays where the admin has moved it meanwhile', async () => {
    const { page, answer } = await atWork(browser)
    const result = Promise.withResolvers<Response>()
    answer(path('analyze'), () => result.promise)
    await openSheet(page)
    await askAi(page)
    await sheetOf(page).locator('.under-way').waitFor()
    const closing = sheetOf(page).getByRole('button', { name: 'Close', exact: true })
    await closing.focus()
    result.resolve(events(['result', analysis({ telegram: 'A new one', email: 'Another' })]))
    await sheetOf(page).locator('.under-way').waitFor({ state: 'detached' })
    expect(await closing.evaluate((element) => element === document.activeElement)).toBe(true)
  })
})

describe('the number of selected photos', () => {
  it('appears in a live region that already existed', async () => {
    const { page, gallery } = await visiting(browser, desktop)
    signedInAs(gallery, 'alice@example.org')
    gallery.script('/api/config/features', () => Response.json({ auth_mode: 'auth0', keep_enabled: true }))
    gallery.script('/api/config/captions', () => Response.json({ platforms: [], hashtags: '' }))
    await page.goto('/?view=grid')
    await page.getByRole('link', { name: 'one.jpg' }).focus()
    const region = page.locator('.wall .selected-count[aria-live]')
    await region.waitFor({ state: 'attached' })
    expect(await region.textContent()).toBe('')
    await region.evaluate((element) => element.setAttribute('data-known', ''))
    await page.keyboard.press('x')
    await page.locator('[data-known]', { hasText: '1 selected' }).waitFor()
  })
})

describe('Delete', () => {
  it.each([
    ['a phone', phone],
    ['a desktop', desktop],
  ])('appears beside Keep on %s when captions are off, and asks for confirmation', async (_, window) => {
    const flags = { analyze_caption_enabled: false, publish_enabled: false }
    const { page, asked, answer } = await atWork(browser, window, flags)
    answer(path('delete'), () =>
      Response.json({ filename: 'one.jpg', action: 'delete', destination_folder: '', preview_only: false }),
    )
    const tools = page.getByRole('toolbar')
    const erase = tools.getByRole('button', { name: 'Delete', exact: true })
    await erase.click()
    const question = page.getByRole('dialog', { name: 'Delete this photo?' })
    await expectAccessible(page)
    await question.getByRole('button', { name: 'Cancel' }).click()
    await question.waitFor({ state: 'detached' })
    expect(asked).toEqual([])
    await erase.click()
    await question.getByRole('button', { name: 'Delete photo' }).click()
    await page.getByText('Deleted.').waitFor()
    expect(asked.map((one) => one.path)).toEqual([path('delete')])
  })

  it('does not appear beside Keep when the sheet has Delete', async () => {
    const { page } = await atWork(browser)
    const erase = page.getByRole('toolbar').getByRole('button', { name: 'Delete' })
    await page.getByRole('button', { name: 'Publish' }).waitFor()
    expect(await erase.count()).toBe(0)
  })
})
