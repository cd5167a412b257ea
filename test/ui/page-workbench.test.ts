/** Captions in the workbench: written by the AI or an admin, counted and saved. */
import type { Browser, Locator } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { somePhotos } from '../support/fakes/gallery-server.ts'
import {
  altTextField,
  analysis,
  askAi,
  atWork,
  captionOf,
  closeSheet,
  events,
  features,
  onePath,
  openPreview,
  openSheet,
  openStream,
  path,
  published,
  sheetOf,
  signedInAs,
} from '../support/fixtures/admin-page.ts'
import { pictureOf, visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const fromAi = { telegram: 'From the AI.', email: 'Plain from the AI.' }

/** Server's answer for saved captions. */
function written(words: Record<string, unknown>): Response {
  const { captions = {}, alt_text } = words
  return Response.json({
    filename: 'one.jpg',
    caption: 'The caption of photo one.',
    alt_text: alt_text ?? null,
    captions: { source: 'person', by_platform: captions },
    metadata: {},
  })
}

/** Returns the distance from the top of the sheet in pixels. */
function placeInSheet(part: Locator): Promise<number> {
  return part.evaluate((element) => {
    const sheet = element.closest('dialog')?.getBoundingClientRect()
    return element.getBoundingClientRect().top - (sheet?.top ?? 0)
  })
}

/** Counts the lines of a text. */
function linesOf(text: Locator): Promise<number> {
  return text.evaluate((element) => {
    const range = document.createRange()
    range.selectNodeContents(element)
    return new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom))).size
  })
}

describe('visitors', () => {
  it('sends visitors neither admin tools nor their code and styles', async () => {
    const { page, gallery } = await visiting(browser)
    const files: string[] = []
    page.on('request', (request) => files.push(request.url()))
    gallery.script('/api/config/features', () => Response.json(features))
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
    expect(files.filter((url) => url.includes('workbench'))).toEqual([])
    expect(await page.getByRole('toolbar').count()).toBe(0)
    expect(await page.locator('dialog, textarea, .swipe-sign').count()).toBe(0)
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])
  })
})

describe.each([
  ['on a phone', phone],
  ['on a desktop', desktop],
])('%s', (_where, window) => {
  it('gets captions from the AI, and edits, previews and publishes them', async () => {
    const { page, asked, answer } = await atWork(browser, window)
    answer(path('analyze'), () => events(['progress', { stage: 'looking' }], ['result', analysis(fromAi)]))
    answer(path('publish'), () =>
      events(
        ['progress', { stage: 'sending', platform: 'telegram' }],
        ['result', published({ telegram: { success: true }, email: { success: true } })],
      ),
    )
    await openSheet(page)
    await askAi(page)
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'From the AI.')
    expect(await captionOf(page, 'FetLife').inputValue()).toBe('Plain from the AI.')
    await captionOf(page, 'Telegram').fill('By hand.')
    await openPreview(page)
    expect(await page.getByRole('region', { name: 'Telegram' }).locator('figcaption').textContent()).toBe(
      'By hand.',
    )
    const mail = page.getByRole('region', { name: 'FetLife' })
    await mail.getByText('Private: Plain from the AI.').waitFor()
    expect(await mail.getByText('one.jpg').isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Publish to Telegram and FetLife' }).click()
    await page.getByText('Moved to the archive.').waitFor()
    expect(asked.at(-1)?.body).toEqual({
      sha256: 'one'.padEnd(64, '0'),
      platforms: ['telegram', 'email'],
      captions: { telegram: 'By hand.', email: 'Plain from the AI.' },
      force: false,
    })
    await pictureOf(page, 'two')
    await sheetOf(page).waitFor({ state: 'detached' })
  })

  it('saves captions without publishing, and sends only changed fields', async () => {
    const { page, gallery, asked, answer } = await atWork(browser, window)
    await openSheet(page)
    answer(onePath, written)
    await captionOf(page, 'Telegram').fill('By hand.')
    await altTextField(page).fill('A rope on a table.')
    await page.getByText('Not saved yet').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved', { exact: true }).waitFor()
    expect(asked).toEqual([
      {
        method: 'PATCH',
        path: onePath,
        body: {
          captions: { telegram: 'By hand.', email: 'The caption of photo one.' },
          alt_text: 'A rope on a table.',
        },
      },
    ])
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('By hand.')
    expect(await page.getByRole('button', { name: 'Save' }).getAttribute('aria-disabled')).toBe('true')
    await altTextField(page).fill('')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved', { exact: true }).waitFor()
    expect(asked.at(-1)?.body).toEqual({ alt_text: '' })
    gallery.heal(onePath)
  })

  it('cuts nothing off at 320 pixels, with targets large enough for a thumb', async () => {
    const { page } = await atWork(browser, { ...window, viewport: { width: 320, height: 640 } })
    await openSheet(page)
    for (const turn of [async () => {}, () => openPreview(page)]) {
      await turn()
      const sheet = sheetOf(page)
      expect(await sheet.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
      for (const button of await sheet.getByRole('button').all()) {
        const box = await button.boundingBox()
        expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44)
      }
    }
  })
})

describe('an analysis', () => {
  it('shows its progress, and continues while the sheet is closed', async () => {
    const { page, answer } = await atWork(browser)
    const stream = openStream()
    answer(path('analyze'), () => stream.response)
    await openSheet(page)
    await askAi(page)
    await stream.send('progress', { stage: 'reading' })
    await stream.send('progress', { stage: 'looking' })
    await page.locator('[aria-current=step]', { hasText: 'Look' }).waitFor()
    await sheetOf(page).getByRole('status').getByText('The AI is looking at the photo').waitFor()
    await closeSheet(page)
    await page.getByRole('button', { name: 'Next' }).click()
    await pictureOf(page, 'two')
    await stream.send('progress', { stage: 'writing_captions' })
    await page.getByRole('button', { name: 'Back', exact: true }).click()
    await pictureOf(page, 'one')
    await openSheet(page)
    await page.locator('[aria-current=step]', { hasText: 'Write' }).waitFor()
    await closeSheet(page)
    await page.keyboard.press('ArrowRight')
    await pictureOf(page, 'two')
    await stream.send('result', analysis(fromAi))
    await stream.end()
    await page.getByText('New captions are ready.').waitFor()
    await page.getByRole('button', { name: 'Show: one.jpg' }).click()
    await pictureOf(page, 'one')
    await openSheet(page)
    expect(await captionOf(page, 'FetLife').inputValue()).toBe('Plain from the AI.')
  })

  it('checks the outcome after a lost connection', async () => {
    const { page, gallery, answer } = await atWork(browser)
    const [one] = somePhotos(1)
    answer(path('analyze'), () => events(['progress', { stage: 'looking' }]))
    await openSheet(page)
    await askAi(page)
    await page.getByText('The server is still working; check again in a moment.').waitFor()
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.getByText('Nothing new yet').waitFor()
    gallery.script(onePath, () =>
      Response.json({
        ...one,
        caption: 'Arrived.',
        captions: { source: 'ai', by_platform: { telegram: 'Arrived.', email: 'Arrived by mail.' } },
      }),
    )
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.getByText('New captions are ready').waitFor()
    expect(await captionOf(page, 'FetLife').inputValue()).toBe('Arrived by mail.')
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('offers to check the outcome when the page closed during an analysis', async () => {
    const { page, answer } = await atWork(browser)
    const stream = openStream()
    answer(path('analyze'), () => stream.response)
    await openSheet(page)
    await askAi(page)
    await stream.send('progress', { stage: 'looking' })
    await page.locator('[aria-current=step]').waitFor()
    await page.reload()
    await pictureOf(page, 'one')
    await openSheet(page)
    await page.getByRole('button', { name: 'Check again' }).waitFor()
  })

  it('replaces typed captions and restores them on demand', async () => {
    const { page, answer } = await atWork(browser)
    answer(path('analyze'), () => events(['result', analysis(fromAi)]))
    await openSheet(page)
    await captionOf(page, 'Telegram').fill('Typed before.')
    await askAi(page)
    await page.getByRole('button', { name: 'Restore my captions' }).click()
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('Typed before.')
  })
})

describe('the editor', () => {
  it('counts by each platform’s rules, and shows the cut and the text that will be sent', async () => {
    const { page } = await atWork(browser)
    await openSheet(page)
    await captionOf(page, 'FetLife').fill('A line — with “quotes” and #hashtags that goes on and on.')
    expect(await page.getByText('47 / 40').isVisible()).toBe(true)
    expect(await page.getByText('# 1 / 0').isVisible()).toBe(true)
    expect(await page.locator('.preview').last().textContent()).toContain(
      'A line - with "quotes" and that goes...',
    )
    expect(await page.locator('.cut del').textContent()).toBe('on and on.')
    const described = captionOf(page, 'FetLife')
    expect(await described.getAttribute('aria-describedby')).toBe('caption-email-count')
    await captionOf(page, 'Telegram').fill('👩‍👩‍👧 #rope #dusk')
    expect(await page.getByText('# 2 / 30').isVisible()).toBe(true)
    expect(await page.getByText('20 / 60').isVisible()).toBe(true)
  })

  it('counts graphemes when the platform does', async () => {
    const { page, gallery } = await atWork(browser)
    const bluesky = {
      platform: 'bluesky',
      max_length: 3,
      unit: 'grapheme',
      max_hashtags: 9,
      plain: false,
      has_subject: false,
    }
    gallery.script('/api/config/captions', () => Response.json({ platforms: [bluesky], hashtags: '' }))
    await page.reload()
    await openSheet(page)
    await captionOf(page, 'Bluesky').fill('👩‍👩‍👧é')
    expect(await page.getByText('2 / 3').isVisible()).toBe(true)
  })

  it('starts with the server’s caption for each platform', async () => {
    const { page, gallery } = await atWork(browser)
    const [one] = somePhotos(1)
    // The page must ignore these fields of the sidecar.
    const metadata = { caption_generated: { email: 'Older.' }, caption_submitted: { telegram: 'Older.' } }
    const captions = { source: 'person', by_platform: { telegram: '', email: 'For mail.' } }
    gallery.script(onePath, () => Response.json({ ...one, captions, metadata }))
    await page.reload()
    await openSheet(page)
    expect(await captionOf(page, 'FetLife').inputValue()).toBe('For mail.')
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('')
  })

  it('reloads the captions of a photo that was fetched before the sign-in', async () => {
    const { page, gallery } = await atWork(browser)
    const [one] = somePhotos(1)
    const captions = { source: 'person', by_platform: { telegram: 'For Telegram.', email: 'For mail.' } }
    const answers = [
      { ...one, captions: undefined },
      { ...one, captions },
    ]
    gallery.script(onePath, () => Response.json(answers.length > 1 ? answers.shift() : answers[0]))
    await page.reload()
    await pictureOf(page, 'one')
    await openSheet(page)
    await expect.poll(() => captionOf(page, 'FetLife').inputValue()).toBe('For mail.')
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('For Telegram.')
  })

  it('types letters that are shortcuts elsewhere, and passes no key to the page below', async () => {
    const { page, asked } = await atWork(browser)
    await openSheet(page)
    await captionOf(page, 'Telegram').fill('')
    await captionOf(page, 'Telegram').pressSequentially('k r p i ')
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('k r p i ')
    await page.getByRole('heading', { name: 'Publish' }).focus()
    for (const key of ['k', 'r', 'ArrowRight']) await page.keyboard.press(key)
    await page
      .locator('.platform-head')
      .first()
      .click({ position: { x: 200, y: 20 } })
    for (const key of ['k', 'r', 'ArrowRight']) await page.keyboard.press(key)
    expect(asked).toEqual([])
    expect(new URL(page.url()).searchParams.get('photo')).toBe('one.jpg')
  })

  it('remembers which platforms were chosen, for other photos and for the next visit', async () => {
    const { page } = await atWork(browser)
    const telegram = page.getByRole('checkbox', { name: 'Telegram' })
    await openSheet(page)
    await telegram.uncheck()
    await closeSheet(page)
    await page.keyboard.press('ArrowRight')
    await pictureOf(page, 'two')
    await openSheet(page)
    expect(await telegram.isChecked()).toBe(false)
    await page.reload()
    await openSheet(page)
    expect(await telegram.isChecked()).toBe(false)
    expect(await page.getByRole('checkbox', { name: 'FetLife' }).isChecked()).toBe(true)
  })
})

describe('the sheet', () => {
  it('takes and keeps the focus, closes by Escape, and restores the focus', async () => {
    const { page } = await atWork(browser)
    const button = page.getByRole('button', { name: 'Publish', exact: true })
    await button.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Publish' }).waitFor()
    const hasFocus = () =>
      page.evaluate(() => document.querySelector('dialog')?.contains(document.activeElement))
    expect(await hasFocus()).toBe(true)
    for (let tab = 0; tab < 12; tab++) await page.keyboard.press('Tab')
    expect(
      await page.evaluate(() =>
        document.querySelector('.page > :not(.dock)')?.contains(document.activeElement),
      ),
    ).toBe(false)
    await page.keyboard.press('Escape')
    await sheetOf(page).waitFor({ state: 'detached' })
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
  })

  it.each([320, 390])(
    'shows at %i pixels in one line that captions are not saved yet, and moves nothing below',
    async (width) => {
      const { page } = await atWork(browser, { ...phone, viewport: { width, height: 844 } })
      const title = sheetOf(page).getByRole('heading', { level: 2 })
      const status = sheetOf(page).getByText('Not saved yet')
      const words = sheetOf(page).locator('.sheet-body')
      await openSheet(page)
      const place = await placeInSheet(words)
      await captionOf(page, 'Telegram').fill('By hand.')
      await status.waitFor()
      expect(await placeInSheet(words)).toBeCloseTo(place)
      await openPreview(page)
      await status.waitFor()
      expect([await linesOf(title), await linesOf(status)]).toEqual([1, 1])
    },
  )

  it('stays above the keyboard of a phone', async () => {
    const { page } = await atWork(browser, phone)
    await openSheet(page)
    await altTextField(page).focus()
    // Like on a phone, the visual viewport shrinks and the layout viewport does not.
    await page.evaluate(() => {
      const viewport = visualViewport
      if (!viewport) throw new Error('This browser has no visual viewport.')
      Object.defineProperty(viewport, 'height', { get: () => innerHeight - 300 })
      viewport.dispatchEvent(new Event('resize'))
    })
    // Waits until the opening animation has ended.
    await sheetOf(page).evaluate((sheet) =>
      Promise.all(sheet.getAnimations().map(({ finished }) => finished)),
    )
    const seen = await page.evaluate(() => innerHeight - 300)
    const [field, save] = [
      await altTextField(page).boundingBox(),
      await page.getByRole('button', { name: 'Save' }).boundingBox(),
    ]
    for (const box of [field, save]) expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(seen)
    expect(field?.y).toBeGreaterThan(0)
  })

  it('says that the platforms are loading', async () => {
    const { page, gallery } = await visiting(browser)
    const rules = Promise.withResolvers<Response>()
    signedInAs(gallery, 'alice@example.org')
    gallery.script('/api/config/features', () => Response.json(features))
    gallery.script('/api/config/captions', () => rules.promise)
    await page.goto('/')
    await page.getByRole('toolbar').waitFor()
    await openSheet(page)
    const remark = sheetOf(page).getByText('Loading platforms')
    await remark.waitFor()
    rules.resolve(Response.json({ platforms: [], hashtags: '' }))
    await sheetOf(page).getByText('No platform is set up for this gallery.').waitFor()
    expect(await remark.count()).toBe(0)
  })

  it('says why nothing can be published', async () => {
    const review = await atWork(browser, desktop, { mode: 'review' })
    await openSheet(review.page)
    await review.page.getByText('This gallery is in review').waitFor()
    const off = await atWork(browser, desktop, { publish_enabled: false })
    await openSheet(off.page)
    await off.page.getByText('Publishing is off for this gallery.').waitFor()
    for (const { page } of [review, off]) {
      expect(await page.getByRole('button', { name: 'Preview' }).count()).toBe(0)
      expect(await page.getByRole('checkbox').count()).toBe(0)
      expect(await page.getByRole('button', { name: 'Save' }).isVisible()).toBe(true)
    }
  })
})
