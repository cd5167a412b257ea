/** Outcomes in the server's ledger: shown at the top of the details and the sheet, with links and retries. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { somePhotos } from '../support/fakes/gallery-server.ts'
import {
  atWork,
  captionOf,
  events,
  openPreview,
  openSheet,
  published,
  sendOut,
} from '../support/fixtures/admin-page.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import { pictureOf } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const at = '2026-11-03T14:05:00.000Z'
const onTelegram = {
  platform: 'telegram',
  status: 'published',
  at,
  post_url: '/the-post',
  error: null,
} as const
const failedOnFetLife = {
  platform: 'email',
  status: 'failed',
  at,
  post_url: null,
  error: 'The mail server said no.',
} as const
type Publication = typeof onTelegram | typeof failedOnFetLife | { [key: string]: string | null }

const inFolder = '/api/images/one.jpg'
const publish = `${inFolder}/publish`
const details = (page: Page) => page.getByRole('complementary', { name: 'Details' })
const standings = (page: Page) => page.getByRole('region', { name: 'Publishing status' })

/** Shows an admin the first photo with these publications. */
async function lookingAt(publications: readonly Publication[], window: object = desktop) {
  const work = await atWork(browser, window)
  const state = { publications }
  work.gallery.script(inFolder, () => Response.json({ ...somePhotos(1)[0], ...state }))
  await work.page.reload()
  await pictureOf(work.page, 'one')
  await work.page.getByRole('toolbar').waitFor()
  return { ...work, state }
}

describe.each([
  ['a phone', phone],
  ['a desktop', desktop],
])('on %s', (_where, window) => {
  it('shows outcomes at the top of the details, failures first, with a link to the post', async () => {
    const { page } = await lookingAt([onTelegram, failedOnFetLife], window)
    await page.getByRole('button', { name: 'Details' }).click()
    const lines = details(page).locator('.outcome')
    await lines.first().waitFor()
    expect(await lines.first().textContent()).toContain('FetLife failed · 3 Nov 2026, 14:05')
    expect(await lines.first().textContent()).toContain('The mail server said no.')
    expect(await lines.last().textContent()).toContain('Published to Telegram on 3 Nov 2026, 14:05')
    const link = details(page).getByRole('link', { name: 'View post' })
    expect(await link.getAttribute('href')).toBe('/the-post')
    expect(await link.getAttribute('rel')).toContain('noopener')
    expect(await link.getAttribute('target')).toBe('_blank')
    const colours = await details(page)
      .locator('.outcome .standing .line-icon')
      .evaluateAll((icons) => icons.map((icon) => getComputedStyle(icon).color))
    expect(new Set(colours).size).toBe(2)
    const [failed, caption] = [
      await lines.first().boundingBox(),
      await details(page).locator('.full-caption').boundingBox(),
    ]
    expect(failed?.y).toBeLessThan(caption?.y ?? 0)
    await expectAccessible(page)
  })

  it('disables publishing and says why when every platform has the photo', async () => {
    const onFetLife = { ...onTelegram, platform: 'email', post_url: null }
    const { page, asked } = await lookingAt([onTelegram, onFetLife], window)
    await openSheet(page)
    await standings(page)
      .first()
      .getByText('Already on Telegram since 3 Nov 2026, 14:05 · View post')
      .waitFor()
    await captionOf(page, 'Telegram').fill('Edited afterwards.')
    const button = page.locator('.sheet-foot .action')
    const reason = page.getByText('Already published on every platform. Nothing will be sent.')
    await reason.waitFor()
    expect(await button.getAttribute('aria-disabled')).toBe('true')
    expect(await button.getAttribute('aria-describedby')).toBe(await reason.getAttribute('id'))
    await button.click({ force: true })
    expect(await page.getByRole('heading', { name: 'Preview' }).count()).toBe(0)
    await page.getByRole('checkbox', { name: 'Telegram' }).check()
    await page.getByText('Already published there. Nothing will be sent.').waitFor()
    await expectAccessible(page)
    expect(asked).toEqual([])
  })

  it('lists failures first, in their own colour and with their own icon', async () => {
    const { page, answer } = await atWork(browser, window)
    answer(publish, () =>
      events([
        'result',
        published(
          {
            telegram: { success: false, error: 'The channel said no.', code: 'publish_refused' },
            email: { success: true, published_at: at },
          },
          false,
        ),
      ]),
    )
    await openSheet(page)
    await openPreview(page)
    await sendOut(page)
    const headline = page.getByRole('alert').filter({ hasText: 'Published to FetLife. Telegram failed.' })
    await headline.waitFor()
    const posts = page.locator('.posts .post')
    expect(await posts.first().getAttribute('aria-label')).toBe('Telegram')
    expect(await headline.locator('svg').count()).toBe(1)
    const colourOf = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => getComputedStyle(element).color)
    expect(await colourOf('.outcome.failed .line-icon')).not.toBe(
      await colourOf('.outcome.published .line-icon'),
    )
    expect(await page.getByRole('button', { name: 'Retry' }).isEnabled()).toBe(true)
    await expectAccessible(page)
  })
})

describe('a photo that was never analysed', () => {
  it('has details that are short and complete, and claims nothing about publications', async () => {
    const bare = {
      sha256: null,
      metadata: null,
      picture: null,
      has_sidecar: false,
      caption: null,
      alt_text: null,
      publications: [],
    }
    const { page, gallery } = await atWork(browser, phone)
    gallery.script(inFolder, () => Response.json({ ...somePhotos(1)[0], ...bare }))
    await page.reload()
    await page.getByRole('toolbar').waitFor()
    await page.getByRole('button', { name: 'Details', exact: true }).click()
    await details(page).getByText('one.jpg').waitFor()
    expect(await details(page).locator('dt').allTextContents()).toEqual(['File'])
    expect(await details(page).textContent()).not.toMatch(/null|undefined|NaN|ublish/)
    await expectAccessible(page)
  })
})

describe('a photo of the archive', () => {
  async function inTheArchive(publications: readonly Publication[], flags: object = {}) {
    const work = await atWork(browser, desktop, { library_enabled: true, ...flags })
    const state = { publications }
    const { page, gallery } = work
    gallery.script(inFolder, ({ url }) =>
      new URL(url).searchParams.get('folder') === 'archive'
        ? Response.json({ ...somePhotos(1)[0], ...state })
        : new Response(null, { status: 404 }),
    )
    gallery.script('/api/library/objects', () =>
      Response.json({
        objects: [{ key: 'archive/one.jpg', size: 1, last_modified: at }],
        cursor: null,
        total_in_window: 1,
        truncated: false,
      }),
    )
    await page.goto('/?view=grid&folder=archive&photo=one.jpg')
    await pictureOf(page, 'one')
    await page.getByRole('button', { name: 'Details' }).click()
    return { ...work, state }
  }

  it('retries only the platform that failed', async () => {
    const { page, asked, answer, state } = await inTheArchive([onTelegram, failedOnFetLife])
    answer(publish, () => {
      state.publications = [onTelegram, { ...onTelegram, platform: 'email', post_url: null }]
      return events(['result', published({ email: { success: true, published_at: at } })])
    })
    await details(page).getByRole('button', { name: 'Retry' }).click()
    await page.getByText('Published to FetLife.', { exact: true }).waitFor()
    await details(page).getByText('Published to FetLife on 3 Nov 2026, 14:05').waitFor()
    expect(await details(page).getByRole('button', { name: 'Retry' }).count()).toBe(0)
    const messages = page.getByRole('complementary', { name: 'Messages' })
    expect(await messages.getByRole('button', { name: 'Move back to inbox' }).count()).toBe(0)
    expect(asked.map(({ body }) => [body.platforms, body.force])).toEqual([[['email'], false]])
  })

  it('keeps showing a failure that happens again', async () => {
    const { page, answer } = await inTheArchive([failedOnFetLife])
    answer(publish, () => events(['result', published({ email: { success: false, error: 'No.' } })]))
    await details(page).getByRole('button', { name: 'Retry' }).click()
    const toast = page.getByRole('alert').filter({ hasText: 'FetLife failed.' })
    await toast.getByRole('button', { name: 'Retry' }).waitFor()
    await details(page).getByText('The mail server said no.').waitFor()
    expect(await details(page).getByRole('button', { name: 'Retry' }).isEnabled()).toBe(true)
  })

  it('does not warn when another attempt is under way', async () => {
    const { page, answer } = await inTheArchive([failedOnFetLife])
    const underWay = { success: false, skipped: 'in_progress' }
    answer(publish, () => events(['result', published({ email: underWay })]))
    await details(page).getByRole('button', { name: 'Retry' }).click()
    await page.getByText('Still publishing to FetLife.').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('publishes again after an unknown outcome only when the admin confirms', async () => {
    const { page, asked, answer } = await inTheArchive([
      { ...failedOnFetLife, platform: 'telegram', status: 'unknown', error: null },
    ])
    answer(publish, () => events(['result', published({ telegram: { success: true } })]))
    await details(page)
      .getByText('We don’t know if Telegram received it: the connection dropped. Check your channel first.')
      .waitFor()
    expect(await details(page).getByRole('button', { name: 'Retry' }).count()).toBe(0)
    await details(page).getByRole('button', { name: 'It’s not there: publish again' }).click()
    await page.getByText('Published to Telegram.', { exact: true }).waitFor()
    expect(asked.map(({ body }) => [body.platforms, body.force])).toEqual([[['telegram'], true]])
  })

  it('offers no retry while another attempt is under way, or when publishing is off', async () => {
    const underWay = { ...onTelegram, status: 'in_progress', post_url: null }
    const { page } = await inTheArchive([underWay])
    await details(page).getByText('Still publishing to Telegram').waitFor()
    expect(await standings(page).getByRole('button').count()).toBe(0)
    const off = await inTheArchive([failedOnFetLife], { publish_enabled: false })
    await details(off.page).getByText('The mail server said no.').waitFor()
    expect(await standings(off.page).getByRole('button').count()).toBe(0)
  })
})

describe('a published photo that was moved back to the inbox and edited', () => {
  it('does not count as published a second time', async () => {
    const { page, gallery, asked, answer } = await atWork(browser)
    const both = [onTelegram, { ...onTelegram, platform: 'email', post_url: null }]
    const sent = { success: true, published_at: at }
    answer(publish, () => events(['result', published({ telegram: sent, email: sent })]))
    answer(`${inFolder}/restore`, () => {
      gallery.script(inFolder, () => Response.json({ ...somePhotos(1)[0], publications: both }))
      return Response.json({
        filename: 'one.jpg',
        action: 'restore',
        destination_folder: 'root',
        preview_only: false,
      })
    })
    await openSheet(page)
    await openPreview(page)
    await sendOut(page)
    await page.getByText('Published to Telegram and FetLife. Moved to the archive.').waitFor()
    await page.getByRole('button', { name: 'Move back to inbox' }).click()
    await pictureOf(page, 'one')
    await openSheet(page)
    await captionOf(page, 'Telegram').fill('Better words.')
    await page.getByText('Already published on every platform. Nothing will be sent.').waitFor()
    expect(await page.locator('.sheet').getByText('Published to').count()).toBe(0)
    expect(asked.filter(({ path }) => path === publish)).toHaveLength(1)
  })
})
