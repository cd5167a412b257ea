/** Publishing from the page: progress, failures, unknown outcomes, and earlier posts. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { openChromium, phone } from '../../scripts/chromium.ts'
import { problem, somePhotos } from '../support/fakes/gallery-server.ts'
import {
  altTextField,
  atWork,
  captionOf,
  closeSheet,
  events,
  onePath,
  openPreview,
  openSheet,
  openStream,
  path,
  published,
  sendOut,
  sheetOf,
} from '../support/fixtures/admin-page.ts'
import { pictureOf } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const post = (page: Page, platform: string) => page.getByRole('region', { name: platform })

async function startPublishing(page: Page): Promise<void> {
  await openSheet(page)
  await openPreview(page)
  await sendOut(page)
}

/** 14:05 in the browser's time zone, which is UTC. */
const at = '2026-11-03T14:05:00.000Z'

/** Answer of a dry run after a lost answer. */
const standing = (results: object, archived = false) =>
  Response.json({ filename: 'one.jpg', results, any_success: false, archived })

const restored = (filename: string) =>
  Response.json({ filename, action: 'restore', destination_folder: 'root', preview_only: false })

describe('publishing', () => {
  it('shows the progress on each platform, also after the sheet was closed and opened again', async () => {
    const { page, answer } = await atWork(browser, phone)
    const stream = openStream()
    answer(path('publish'), () => stream.response)
    await startPublishing(page)
    await stream.send('progress', { stage: 'preparing' })
    await stream.send('progress', { stage: 'sending', platform: 'telegram' })
    await stream.send('progress', { stage: 'sending', platform: 'email' })
    await stream.send('progress', { stage: 'sent', platform: 'telegram' })
    await post(page, 'Telegram').getByText('Sent to Telegram').waitFor()
    await post(page, 'FetLife').getByText('Sending to FetLife').waitFor()
    await closeSheet(page)
    await page.getByRole('button', { name: 'Next' }).click()
    await pictureOf(page, 'two')
    await page.getByRole('button', { name: 'Back' }).click()
    await pictureOf(page, 'one')
    await openSheet(page)
    await post(page, 'FetLife').getByText('Sending to FetLife').waitFor()
    await stream.send('result', published({ telegram: { success: true }, email: { success: true } }))
    await stream.end()
    await page.getByText('Moved to the archive.').waitFor()
    await pictureOf(page, 'three')
  })

  it('retries only the platform that failed', async () => {
    const { page, asked, answer } = await atWork(browser)
    answer(path('publish'), ({ platforms }) =>
      Array.isArray(platforms) && platforms.includes('telegram')
        ? events([
            'result',
            published({
              telegram: { success: true },
              email: { success: false, error: 'The server said no.', code: 'publish_refused' },
            }),
          ])
        : events(['result', published({ email: { success: true } })]),
    )
    await startPublishing(page)
    await page.getByText('The server said no.').waitFor()
    expect(await post(page, 'Telegram').getByText('Published to Telegram').isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Retry' }).click()
    await page.getByText('Moved to the archive.').waitFor()
    expect(asked.map(({ body }) => body.platforms)).toEqual([['telegram', 'email'], ['email']])
  })

  it('retries and restores a photo under its new name in the archive', async () => {
    const { page, gallery, asked, answer } = await atWork(browser)
    const renamed = (results: object) => ({ ...published(results), filename: 'one (2).jpg' })
    const inArchive = (action: string) => `/api/images/one%20(2).jpg/${action}`
    const no = { success: false, error: 'The server said no.', code: 'publish_refused' }
    answer(path('publish'), () =>
      events([
        'result',
        renamed({ telegram: { success: true }, email: { success: false, skipped: 'unknown' } }),
      ]),
    )
    answer(inArchive('publish'), ({ force }) =>
      events(['result', renamed({ email: force ? no : { success: true } })]),
    )
    answer(inArchive('restore'), () => restored('one (2).jpg'))
    gallery.script('/api/images/one%20(2).jpg', () =>
      Response.json({ ...somePhotos(1)[0], filename: 'one (2).jpg' }),
    )
    await startPublishing(page)
    await page.getByRole('button', { name: 'It’s not there: publish again' }).click()
    await page.getByText('The server said no.').waitFor()
    await page.getByRole('button', { name: 'Retry' }).click()
    await page.getByText('Moved to the archive.').waitFor()
    await page.getByRole('button', { name: 'Move back to inbox' }).click()
    await page.getByText('Moved back to the inbox.').waitFor()
    expect(asked.map(({ path }) => path)).toEqual([
      path('publish'),
      inArchive('publish'),
      inArchive('publish'),
      inArchive('restore'),
    ])
    const [digest] = asked.map(({ body }) => body.sha256)
    expect(asked.slice(0, 3).map(({ body }) => body.sha256)).toEqual([digest, digest, digest])
    expect(digest).toBe('one'.padEnd(64, '0'))
  })

  it('says that the photo is in the archive, hides the inbox tools, and shows the next photo when the sheet closes', async () => {
    const { page, gallery, asked, answer } = await atWork(browser, { ...phone, photos: somePhotos(3) })
    answer(path('publish'), () =>
      events(['result', published({ telegram: { success: true }, email: { success: false, error: 'No.' } })]),
    )
    answer(path('restore'), () => restored('one.jpg'))
    await startPublishing(page)
    await page.getByText('The photo is in the archive.').waitFor()
    await page.getByRole('button', { name: 'Edit captions' }).click()
    await page.getByLabel('Caption for FetLife').fill('Shorter.')
    for (const name of ['Save', 'Delete for good', /with AI/]) {
      expect(await page.getByRole('button', { name }).count()).toBe(0)
    }
    await page.getByRole('button', { name: 'Preview' }).click()
    await closeSheet(page)
    await page.getByText('Published to Telegram. FetLife failed. Moved to the archive.').waitFor()
    await pictureOf(page, 'two')
    await page.getByRole('button', { name: 'Move back to inbox' }).click()
    await pictureOf(page, 'one')
    expect(asked.map(({ path }) => path)).toEqual([path('publish'), path('restore')])
    expect(gallery.asked.filter((each) => /keep|remove/.test(each))).toEqual([])
  })

  it('shows the next photo when the sheet closes during a preview', async () => {
    const { page, gallery } = await atWork(browser)
    gallery.script(path('publish'), async (request) => {
      const { dry_run } = await request.json()
      if (dry_run) return new Promise<Response>(() => {})
      return events([
        'result',
        published({ telegram: { success: true }, email: { success: false, error: 'No.' } }),
      ])
    })
    await startPublishing(page)
    await page.getByText('The photo is in the archive.').waitFor()
    await page.getByRole('button', { name: 'Edit captions' }).click()
    await page.getByRole('button', { name: 'Preview' }).click()
    await closeSheet(page)
    await page.getByText('Published to Telegram. FetLife failed. Moved to the archive.').waitFor()
    await pictureOf(page, 'two')
  })

  it('stays on the grid and shows the result when publishing ends there', async () => {
    const { page, answer } = await atWork(browser)
    const stream = openStream()
    answer(path('publish'), () => stream.response)
    answer(path('restore'), () => restored('one.jpg'))
    await startPublishing(page)
    await page.locator('.sheet-foot').getByRole('button', { name: 'Contacting the server' }).waitFor()
    await closeSheet(page)
    await page.keyboard.press('g')
    await page.getByRole('link', { name: 'one.jpg' }).waitFor()
    await stream.send('result', published({ telegram: { success: true }, email: { success: true } }))
    await stream.end()
    await page.getByText('Moved to the archive.').waitFor()
    await page.getByRole('link', { name: 'one.jpg' }).waitFor({ state: 'detached' })
    expect(new URL(page.url()).search).toBe('?view=grid')
    await page.keyboard.press('u')
    await page.getByText('Moved back to the inbox.').waitFor()
    await page.getByRole('link', { name: 'one.jpg' }).waitFor()
    expect(new URL(page.url()).search).toBe('?view=grid')
  })

  it('shows why the archive failed, and retries without publishing again', async () => {
    const { page, asked, answer } = await atWork(browser)
    const all = { telegram: { success: true }, email: { success: true } }
    const warnings = ['It is published, but could not be moved to the archive.']
    answer(path('publish'), () =>
      events(['result', asked.length > 1 ? published(all) : { ...published(all, false), warnings }]),
    )
    await startPublishing(page)
    const warning = page.locator('.remark').filter({ hasText: 'could not be moved to the archive' })
    await warning.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('Moved to the archive.').waitFor()
    expect(asked.map(({ body }) => body.platforms)).toEqual([
      ['telegram', 'email'],
      ['telegram', 'email'],
    ])
  })

  it('publishes without waiting for the preview', async () => {
    const { page, gallery } = await atWork(browser, phone)
    const asked: [isDry: boolean, caption: string][] = []
    const dryRun = Promise.withResolvers<Response>()
    const saved = Promise.withResolvers<Response>()
    gallery.script(path('publish'), async (request) => {
      const { dry_run, captions } = await request.json()
      asked.push([dry_run === true, captions.telegram])
      if (dry_run) return dryRun.promise
      return events(['result', published({ telegram: { success: true }, email: { success: true } })])
    })
    gallery.script(onePath, () => saved.promise)
    await openSheet(page)
    await altTextField(page).fill('A rope.')
    await captionOf(page, 'Telegram').fill('Typed.')
    await openPreview(page)
    await page.getByRole('button', { name: /^Publish to/ }).click()
    await page.locator('.sheet-foot').getByRole('button', { name: 'Working' }).waitFor()
    expect(await page.locator('.sheet-foot').getByRole('button').isEnabled()).toBe(false)
    dryRun.resolve(problem(503, 'storage_unavailable'))
    saved.resolve(
      Response.json({
        filename: 'one.jpg',
        caption: 'X',
        alt_text: 'A rope.',
        captions: { source: 'person', by_platform: {} },
        metadata: { alt_text: 'A rope.' },
      }),
    )
    await page.getByText('Moved to the archive.').waitFor()
    expect(asked).toEqual([
      [true, 'Typed.'],
      [false, 'Typed.'],
    ])
    expect(await page.getByText('The storage isn’t responding').count()).toBe(0)
  })

  it('asks for a confirmation after an unknown outcome', async () => {
    const { page, asked, answer } = await atWork(browser)
    answer(path('publish'), ({ force }) =>
      events([
        'result',
        published({
          telegram: force
            ? { success: true }
            : { success: false, skipped: 'unknown', error: 'The outcome is unknown.' },
        }),
      ]),
    )
    await openSheet(page)
    await page.getByLabel('FetLife', { exact: true }).uncheck()
    await openPreview(page)
    await page.getByRole('button', { name: 'Publish to Telegram' }).click()
    await page
      .getByText('We don’t know if Telegram received it: the connection dropped. Check your channel first.')
      .waitFor()
    expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0)
    await page.getByRole('button', { name: 'It’s not there: publish again' }).click()
    await page.getByText('Moved to the archive.').waitFor()
    expect(asked.map(({ body }) => body.force)).toEqual([false, true])
  })

  it('never says published when the platform already had the photo', async () => {
    const { page, answer } = await atWork(browser)
    const before = { success: true, skipped: 'duplicate', url: '/the-post', published_at: at }
    answer(path('publish'), () => events(['result', published({ telegram: before, email: before }, false)]))
    await openSheet(page)
    await openPreview(page)
    // Publishing would cancel a preview that is still loading.
    await page.getByText('Private: The caption of photo one.').waitFor()
    await sendOut(page)
    await page.getByText('Already on Telegram and FetLife. Nothing was sent.').waitFor()
    await page.getByRole('heading', { name: 'Results' }).waitFor()
    const telegram = post(page, 'Telegram')
    await telegram.getByText('Already on Telegram since 3 Nov 2026, 14:05 · View post').waitFor()
    await telegram.getByText('Nothing was sent.').waitFor()
    const link = telegram.getByRole('link', { name: 'View post' })
    expect(await link.getAttribute('href')).toBe('/the-post')
    expect(await link.getAttribute('rel')).toContain('noopener')
    expect(await sheetOf(page).getByText('Published').count()).toBe(0)
    await page.getByRole('button', { name: 'Done' }).click()
    await sheetOf(page).waitFor({ state: 'detached' })
    await pictureOf(page, 'one')
    expect(await page.getByRole('button', { name: 'Move back to inbox' }).count()).toBe(0)
  })

  it('says in the preview that the platform already has the photo', async () => {
    const { page, gallery } = await atWork(browser)
    const standings = { success: false, skipped: 'dry_run', standing: 'duplicate', published_at: at }
    gallery.script(path('publish'), () =>
      standing({ telegram: { ...standings, url: '/the-post', caption: 'X' } }),
    )
    await openSheet(page)
    await openPreview(page)
    await post(page, 'Telegram')
      .getByText('Already on Telegram since 3 Nov 2026, 14:05 · View post')
      .waitFor()
    await page.getByRole('button', { name: 'Publish to FetLife', exact: true }).waitFor()
  })

  it('says that nothing was sent in test mode', async () => {
    const { page, answer } = await atWork(browser)
    const dry = { success: false, skipped: 'dry_run', preview: 'X' }
    answer(path('publish'), () => events(['result', published({ telegram: dry, email: dry }, false)]))
    await startPublishing(page)
    await page.getByText('Test mode: nothing was sent').waitFor()
    expect(await page.getByText('Not published.').count()).toBe(0)
  })

  it('checks the outcome after a lost connection instead of publishing twice', async () => {
    const { page, gallery, asked, answer } = await atWork(browser)
    answer(path('publish'), () => events(['progress', { stage: 'sending', platform: 'telegram' }]))
    await startPublishing(page)
    await page.getByText('The server is still working; check again in a moment.').waitFor()
    const dry = { success: false, skipped: 'dry_run' }
    gallery.script(path('publish'), () =>
      standing({ telegram: { ...dry, standing: 'in_progress' }, email: dry }),
    )
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.getByText('Nothing new yet').waitFor()
    gallery.script(path('publish'), () => problemless())
    await page.getByRole('button', { name: 'Check again' }).click()
    await post(page, 'Telegram').getByText('Already on Telegram').waitFor()
    expect(await page.getByText('Nothing was sent.').count()).toBe(0)
    await post(page, 'FetLife').getByText('We don’t know if FetLife received it').waitFor()
    expect(asked).toHaveLength(1)

    function problemless() {
      return standing({
        telegram: { ...dry, standing: 'duplicate' },
        email: { ...dry, standing: 'unknown' },
      })
    }
  })

  it('shows the failed platform when the answer was lost and the photo is in the archive', async () => {
    const { page, gallery, asked, answer } = await atWork(browser)
    answer(path('publish'), () => events(['progress', { stage: 'sending', platform: 'telegram' }]))
    await startPublishing(page)
    await page.getByText('The server is still working; check again in a moment.').waitFor()
    const dry = { success: false, skipped: 'dry_run' }
    gallery.script(path('publish'), () =>
      standing({ telegram: dry, email: { ...dry, standing: 'duplicate', published_at: at } }, true),
    )
    const failed = {
      platform: 'telegram',
      status: 'failed',
      at,
      post_url: null,
      error: 'The channel said no.',
    }
    gallery.script(onePath, (request) =>
      new URL(request.url).searchParams.get('folder') === 'archive'
        ? Response.json({ ...somePhotos(1)[0], publications: [failed] })
        : problem(404, 'photo_not_found'),
    )
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.getByRole('alert').filter({ hasText: 'Already on FetLife. Telegram failed.' }).waitFor()
    await post(page, 'Telegram').getByText('The channel said no.').waitFor()
    answer(path('publish'), () => events(['result', published({ telegram: { success: true } })]))
    await page.locator('.sheet-foot').getByRole('button', { name: 'Retry' }).click()
    await page.getByText('Moved to the archive.').waitFor()
    expect(asked.map(({ body }) => body.platforms)).toEqual([['telegram', 'email'], ['telegram']])
  })

  it('keeps the outcome unknown when the check fails too', async () => {
    const { page, gallery, answer } = await atWork(browser)
    answer(path('publish'), () => events(['progress', { stage: 'sending', platform: 'telegram' }]))
    await startPublishing(page)
    const again = page.getByRole('button', { name: 'Check again' })
    await again.waitFor()
    const found = { success: false, skipped: 'dry_run', standing: 'duplicate' }
    gallery.script(path('publish'), () => standing({ email: found }, true))
    gallery.script(onePath, () => problem(503, 'storage_unavailable'))
    await again.click()
    await page.getByRole('alert').getByText('The storage isn’t responding').waitFor()
    expect(await page.getByText('Moved to the archive.').count()).toBe(0)
    expect(await sheetOf(page).isVisible()).toBe(true)
  })

  it('offers to publish again when the preview finds no attempt under way any more', async () => {
    const { page, gallery, answer } = await atWork(browser)
    const underWay = { platform: 'telegram', status: 'in_progress', at, post_url: null, error: null }
    gallery.script(onePath, () => Response.json({ ...somePhotos(1)[0], publications: [underWay] }))
    answer(path('publish'), () =>
      events(['result', published({ telegram: { success: false, skipped: 'in_progress' } }, false)]),
    )
    await openSheet(page)
    await page.getByLabel('FetLife', { exact: true }).uncheck()
    await openPreview(page)
    await sendOut(page)
    await post(page, 'Telegram').getByText('Still publishing to Telegram').waitFor()
    await page.getByRole('button', { name: 'Edit captions' }).click()
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByRole('button', { name: 'Publish to Telegram' }).waitFor()
    expect(await page.getByText('Still publishing to Telegram').count()).toBe(0)
  })

  it('asks the server again when the sheet is opened after an attempt that was under way', async () => {
    const { page, gallery, answer } = await atWork(browser)
    const entry = { platform: 'telegram', status: 'in_progress', at, post_url: null, error: null }
    gallery.script(onePath, () => Response.json({ ...somePhotos(1)[0], publications: [entry] }))
    answer(path('publish'), () =>
      events(['result', published({ telegram: { success: false, skipped: 'in_progress' } }, false)]),
    )
    await openSheet(page)
    await page.getByLabel('FetLife', { exact: true }).uncheck()
    await openPreview(page)
    await sendOut(page)
    await page.getByRole('button', { name: 'Done' }).click()
    await sheetOf(page).waitFor({ state: 'detached' })
    entry.status = 'published'
    await openSheet(page)
    await sheetOf(page).getByText('Already on Telegram since 3 Nov 2026, 14:05').waitFor()
  })

  it('does not call an attempt that is under way a failure', async () => {
    const { page, answer } = await atWork(browser)
    const underWay = { success: false, skipped: 'in_progress' }
    answer(path('publish'), () =>
      events(['result', published({ telegram: underWay, email: { success: true } }, false)]),
    )
    await startPublishing(page)
    const headline = page
      .getByRole('status')
      .filter({ hasText: 'Published to FetLife. Still publishing to Telegram.' })
    await headline.waitFor()
    expect(await sheetOf(page).getByRole('alert').count()).toBe(0)
    expect(await headline.getAttribute('class')).toContain('in_progress')
  })

  it('shows no alert when an attempt is under way and the sheet is closed', async () => {
    const { page, answer } = await atWork(browser)
    const stream = openStream()
    answer(path('publish'), () => stream.response)
    await startPublishing(page)
    await page.locator('.sheet-foot').getByRole('button', { name: 'Contacting the server' }).waitFor()
    await closeSheet(page)
    const underWay = { success: false, skipped: 'in_progress' }
    await stream.send('result', published({ telegram: underWay, email: { success: true } }, false))
    await stream.end()
    await page.getByText('Published to FetLife. Still publishing to Telegram.').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('explains the disabled preview when every chosen platform has the photo', async () => {
    const { page, answer } = await atWork(browser)
    const before = { success: true, skipped: 'duplicate', published_at: at }
    answer(path('publish'), () => events(['result', published({ telegram: before, email: before }, false)]))
    await startPublishing(page)
    await page.getByRole('button', { name: 'Edit captions' }).click()
    const reason = page.locator('.sheet-foot .why-not')
    await reason.waitFor()
    const button = page.locator('.sheet-foot .action')
    expect(await button.getAttribute('aria-disabled')).toBe('true')
    expect(await button.getAttribute('aria-describedby')).toBe(await reason.getAttribute('id'))
  })

  it('does not publish when the alt text could not be saved', async () => {
    const { page, gallery, asked } = await atWork(browser)
    gallery.script(onePath, () => new Response(null, { status: 503 }))
    await openSheet(page)
    await altTextField(page).fill('A rope.')
    await captionOf(page, 'Telegram').fill('By hand.')
    await openPreview(page)
    await sendOut(page)
    await page.getByRole('alert').getByText('Not available right now').waitFor()
    expect(asked).toEqual([])
  })
})
