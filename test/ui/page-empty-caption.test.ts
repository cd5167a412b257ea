/** A caption that somebody has cleared. The sidecar leaves out what has no words, so none can be saved empty. */
import type { Browser } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { atWork, captionOf, openSheet, sheetOf } from './at-work.ts'
import { expectAccessible } from './axe.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

describe('an empty caption', () => {
  it.each([
    ['a phone', phone, {}, 'What you publish from here goes out without a caption.'],
    ['a desktop without publishing', desktop, { publish_enabled: false }, null],
  ])('is said not to be one that can be saved, on %s', async (_, window, flags, more) => {
    const { page, asked } = await atWork(browser, window, flags)
    await openSheet(page)
    const said = sheetOf(page).getByText('An empty caption cannot be saved')
    expect(await said.count()).toBe(0)
    await captionOf(page, 'telegram').fill(' ')
    await said.waitFor()
    expect(await said.count()).toBe(1)
    if (more) await sheetOf(page).getByText(more).waitFor()
    else expect(await sheetOf(page).getByText('goes out without').count()).toBe(0)
    const described = (await captionOf(page, 'telegram').getAttribute('aria-describedby')) ?? ''
    expect(described.split(' ')).toContain(await said.getAttribute('id'))
    await expectAccessible(page)
    await captionOf(page, 'telegram').fill('Words again')
    await said.waitFor({ state: 'detached' })
    expect(asked).toEqual([])
  })
})
