/** Posts that are out: taking them back, correcting their captions, and moving the photo back. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem } from '../support/fakes/gallery-server.ts'
import {
  events,
  openPreview,
  openSheet,
  path,
  published,
  sendOut,
  sheetOf,
} from '../support/fixtures/admin-page.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import { atChannels, changed, postOn, sentTo } from '../support/fixtures/channel-page.ts'
import { pictureOf } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const details = (page: Page) => page.getByRole('complementary', { name: 'Details' })
const post = (page: Page, text: string) => details(page).locator('.outcome', { hasText: text })
const openDetails = (page: Page) => page.getByRole('button', { name: 'Details', exact: true }).click()
const messages = (page: Page) => page.getByRole('complementary', { name: 'Messages' })
const bodies = (asked: { path: string; body: object }[], action: string) =>
  asked.filter((each) => each.path === path(action)).map(({ body }) => body)

const windows = Object.entries({ phone, desktop }).flatMap(([device, window]) =>
  (['dark', 'light'] as const).map((colorScheme) => ({
    device,
    colorScheme,
    window: { ...window, colorScheme },
  })),
)

describe.each(windows)('on a $device, $colorScheme', ({ window }) => {
  it('says before publishing where a post can be taken back, until when, and why not', async () => {
    const { page } = await atChannels(browser, window)
    await openSheet(page)
    await openPreview(page)
    const of = (name: string) => page.getByRole('region', { name, exact: true })
    await of('Telegram (main)').getByText('Can be taken back until 5 Nov 2026, 14:05.').waitFor()
    await of('FetLife').getByText('Can’t be taken back. A mail can’t be recalled.').waitFor()
    await of('Bluesky').getByText('Can be taken back.', { exact: true }).waitFor()
    await of('Bluesky')
      .getByText('The caption can’t be corrected. Take the post back and publish again.')
      .waitFor()
    await expectAccessible(page)
  })

  it('takes a post back after a confirmation, and says that it may be published again', async () => {
    const { page, asked } = await atChannels(browser, window, {
      publications: [postOn('telegram'), postOn('backup'), postOn('email')],
    })
    await openDetails(page)
    const main = post(page, 'Telegram (main)')
    await main.getByText('Can be taken back until 5 Nov 2026, 14:05.').waitFor()
    await post(page, 'FetLife').getByText('Can’t be taken back. A mail can’t be recalled.').waitFor()
    expect(await post(page, 'FetLife').getByRole('button').count()).toBe(0)
    await expectAccessible(page)
    await main.getByRole('button', { name: 'Take back' }).click()
    await main
      .getByText('Take this post back from Telegram (main)? Its likes and comments will be lost.')
      .waitFor()
    expect(asked).toEqual([])
    await expectAccessible(page)
    await main.getByRole('button', { name: 'Take back' }).click()
    await main
      .getByText('Taken back from Telegram (main) on 3 Nov 2026, 14:05. You can publish there again.')
      .waitFor()
    expect(bodies(asked, 'retract')).toEqual([{ platforms: ['telegram'] }])
    await post(page, 'Published to Telegram (backup)').waitFor()
    await expectAccessible(page)
  })

  it('corrects a caption in place', async () => {
    const { page, asked } = await atChannels(browser, window, { publications: [postOn('backup')] })
    await openDetails(page)
    const backup = post(page, 'Telegram (backup)')
    await backup.getByRole('button', { name: 'Correct caption' }).click()
    const field = backup.getByLabel('Caption for Telegram (backup)')
    expect(await field.inputValue()).toBe('The caption of photo one.')
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true)
    await field.fill('Without the typo.')
    await expectAccessible(page)
    await backup.getByRole('button', { name: 'Correct caption' }).click()
    await backup.getByText('Caption corrected on Telegram (backup).').waitFor()
    expect(await field.count()).toBe(0)
    expect(bodies(asked, 'correct')).toEqual([
      { platforms: ['backup'], captions: { backup: 'Without the typo.' } },
    ])
    await backup.getByRole('button', { name: 'Correct caption' }).click()
    expect(await field.inputValue()).toBe('Without the typo.')
  })
})

describe('Undo after publishing', () => {
  async function afterPublishing(window: object, names: readonly string[], isArchived = true) {
    const work = await atChannels(browser, window, { rating: 'general' })
    const { page, answer } = work
    answer(path('publish'), () =>
      events([
        'result',
        published(Object.fromEntries(names.map((name) => [name, sentTo(name)])), isArchived),
      ]),
    )
    await openSheet(page)
    await openPreview(page)
    await sendOut(page)
    return work
  }

  it('takes the posts back wherever it can, and then offers to move the photo back', async () => {
    const { page, asked, answer } = await afterPublishing(phone, ['telegram', 'backup', 'email'])
    await page
      .getByText(
        'Published to Telegram (main), Telegram (backup), and FetLife. Moved to the archive. Undo can’t take the post back from FetLife.',
      )
      .waitFor()
    expect(await page.getByRole('button', { name: 'Move back to inbox' }).count()).toBe(0)
    await expectAccessible(page)
    answer(path('restore'), () =>
      Response.json({
        filename: 'one.jpg',
        action: 'restore',
        destination_folder: 'root',
        preview_only: false,
      }),
    )
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('Taken back from Telegram (main) and Telegram (backup).').waitFor()
    expect(bodies(asked, 'retract')).toEqual([{ platforms: ['telegram', 'backup'] }])
    await page.getByRole('button', { name: 'Move back to inbox' }).click()
    await page.getByText('Moved back to the inbox.').waitFor()
    await pictureOf(page, 'one')
    expect(bodies(asked, 'restore')).toEqual([{ from: 'archive' }])
  })

  it('reports each post that could not be taken back, and retries those only', async () => {
    const { page, asked, answer } = await afterPublishing(desktop, ['telegram', 'bluesky'])
    const results = { telegram: { success: true }, bluesky: { success: false, error: 'Bluesky is down.' } }
    answer(path('retract'), ({ platforms }) =>
      changed(String(platforms) === 'bluesky' ? { bluesky: { success: true } } : results),
    )
    await page.getByRole('button', { name: 'Undo' }).click()
    const alert = messages(page).getByRole('alert')
    await alert
      .getByText(
        'Taken back from Telegram (main). Couldn’t take the post back from Bluesky. Bluesky is down.',
      )
      .waitFor()
    await expectAccessible(page)
    await alert.getByRole('button', { name: 'Retry' }).click()
    await page.getByText('Taken back from Bluesky.', { exact: true }).waitFor()
    expect(bodies(asked, 'retract')).toEqual([
      { platforms: ['telegram', 'bluesky'] },
      { platforms: ['bluesky'] },
    ])
  })

  it('claims nothing when the connection is lost, and can be repeated', async () => {
    const { page, answer } = await afterPublishing(desktop, ['telegram'])
    answer(path('retract'), () => problem(503, 'storage_unavailable'))
    await page.getByRole('button', { name: 'Undo' }).click()
    await messages(page).getByText('Couldn’t take the post back.').waitFor()
    expect(await page.getByText('Taken back').count()).toBe(0)
    answer(path('retract'), () => changed({ telegram: { success: true } }))
    await messages(page).getByRole('button', { name: 'Try again' }).click()
    await page.getByText('Taken back from Telegram (main).', { exact: true }).waitFor()
  })

  it('offers no Undo where no channel can take the post back', async () => {
    const { page } = await afterPublishing(desktop, ['email'])
    await page.getByText('Published to FetLife. Moved to the archive.').waitFor()
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0)
    expect(await page.getByRole('button', { name: 'Move back to inbox' }).count()).toBe(1)
  })

  it('takes back a photo that stays in the inbox', async () => {
    const { page, asked } = await afterPublishing(desktop, ['telegram'], false)
    await sheetOf(page).getByRole('button', { name: 'Take back' }).click()
    await sheetOf(page).getByRole('button', { name: 'Take back' }).last().click()
    await expect.poll(() => bodies(asked, 'retract')).toEqual([{ platforms: ['telegram'] }])
  })
})

describe('the details of a published photo', () => {
  it('keeps the typed correction when the channel refuses it', async () => {
    const { page, answer } = await atChannels(browser, phone, { publications: [postOn('telegram')] })
    answer(path('correct'), () => changed({ telegram: { success: false, error: 'The bot may not edit.' } }))
    await openDetails(page)
    await details(page).getByRole('button', { name: 'Correct caption' }).click()
    const field = details(page).getByRole('textbox')
    await field.fill('Without the typo.')
    await details(page).getByRole('button', { name: 'Correct caption' }).click()
    await details(page).getByText('Couldn’t correct the caption. The bot may not edit.').waitFor()
    expect(await field.inputValue()).toBe('Without the typo.')
    await expectAccessible(page)
  })

  it('takes a post back with the keyboard alone', async () => {
    const { page, asked } = await atChannels(browser, desktop, { publications: [postOn('telegram')] })
    await openDetails(page)
    await details(page).getByRole('button', { name: 'Take back' }).focus()
    await page.keyboard.press('Enter')
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    expect(await focused()).toBe('Cancel')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await details(page).getByText('You can publish there again.').waitFor()
    expect(bodies(asked, 'retract')).toEqual([{ platforms: ['telegram'] }])
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('post-tools')
  })

  it('does not choose a channel again after its post was taken back', async () => {
    const retracted = { ...postOn('telegram'), status: 'retracted', post_url: null } as const
    const { page } = await atChannels(browser, desktop, { publications: [retracted] })
    await openSheet(page)
    await sheetOf(page).getByText('Taken back from Telegram (main)').waitFor()
    expect(await page.getByRole('checkbox', { name: 'Telegram (main)' }).isChecked()).toBe(false)
    expect(await page.getByRole('checkbox', { name: 'Telegram (backup)' }).isChecked()).toBe(true)
    await page.getByRole('checkbox', { name: 'Telegram (main)' }).check()
    for (const other of ['Bluesky', 'FetLife']) await page.getByRole('checkbox', { name: other }).uncheck()
    await openPreview(page)
    await page.getByRole('button', { name: /^Publish to Telegram \(main\)/ }).waitFor()
  })

  it('names more than three channels by their number', async () => {
    const { page } = await atChannels(browser, desktop)
    await openSheet(page)
    await openPreview(page)
    await page.getByRole('button', { name: 'Publish to 4 channels', exact: true }).waitFor()
  })

  it('speaks German', async () => {
    const { page } = await atChannels(
      browser,
      { ...phone, locale: 'de-DE' },
      { publications: [postOn('telegram'), postOn('email')] },
    )
    await page.getByRole('button', { name: 'Details', exact: true }).click()
    await page.getByText('Lässt sich zurücknehmen, bis').first().waitFor()
    await page.getByText('Lässt sich nicht zurücknehmen.').waitFor()
    await page.getByRole('button', { name: 'Zurücknehmen' }).click()
    await page
      .getByText('Den Beitrag von Telegram (main) zurücknehmen? Likes und Kommentare gehen verloren.')
      .waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Zurücknehmen' }).last().click()
    await page.getByText('Du kannst dort erneut veröffentlichen.').waitFor()
  })
})
