/** What an admin does with a photo: captions, publishing, keeping and removing. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem, somePhotos } from './scripted-gallery.ts'
import { pictureOf, visiting } from './visiting.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const features = {
  auth_mode: 'auth0',
  analyze_caption_enabled: true,
  publish_enabled: true,
  keep_enabled: true,
  remove_enabled: true,
  delete_enabled: true,
}
const rules = {
  platforms: [
    { platform: 'telegram', max_length: 60, unit: 'utf16', max_hashtags: 30, plain: false },
    { platform: 'email', max_length: 40, unit: 'utf16', max_hashtags: 0, plain: true },
  ],
  hashtags: '',
}

interface Asked {
  path: string
  body: Record<string, unknown>
}

/** An admin with the first photo in front of them. */
async function atWork(window: object = desktop, flags: object = {}) {
  const { page, gallery } = await visiting(browser, { ...window })
  const asked: Asked[] = []
  gallery.script('/api/admin/status', () => Response.json({ admin: true, email: 'alice@example.org' }))
  gallery.script('/api/config/features', () => Response.json({ ...features, ...flags }))
  gallery.script('/api/config/captions', () => Response.json(rules))
  const answer = (path: string, respond: (body: Asked['body']) => Response) =>
    gallery.script(path, async (request) => {
      const body = await request.json()
      asked.push({ path, body })
      return respond(body)
    })
  await page.goto('/')
  await pictureOf(page, 'one')
  await page.getByRole('toolbar').waitFor()
  return { page, gallery, asked, answer }
}

function events(...list: [event: string, data: object][]): Response {
  const text = list.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join('')
  return new Response(text, { headers: { 'content-type': 'text/event-stream' } })
}

const path = (action: string) => `/api/images/one.jpg/${action}`
const openSheet = (page: Page) => page.getByRole('button', { name: 'Publish', exact: true }).click()
const captionOf = (page: Page, platform: string) => page.getByLabel(`Caption for ${platform}`)

const published = (results: object, archived = true) => ({
  filename: 'one.jpg',
  results,
  any_success: true,
  archived,
})

describe('visitors', () => {
  it('are sent no tools, nor the code of them', async () => {
    const { page, gallery } = await visiting(browser)
    const files: string[] = []
    page.on('request', (request) => files.push(request.url()))
    gallery.script('/api/config/features', () => Response.json(features))
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
    expect(files.filter((url) => url.includes('workbench'))).toEqual([])
    expect(await page.getByRole('toolbar').count()).toBe(0)
  })
})

describe.each([
  ['on a phone', phone],
  ['on a desktop', desktop],
])('%s', (_where, window) => {
  it('captions come from the AI, are edited, and go out', async () => {
    const { page, asked, answer } = await atWork(window)
    answer(path('analyze'), () =>
      events(
        ['progress', { stage: 'looking' }],
        [
          'result',
          {
            filename: 'one.jpg',
            caption: 'From the AI.',
            alt_text: 'What photo one shows',
            sd_caption: null,
            platform_captions: { telegram: 'From the AI.', email: 'Plain from the AI.' },
          },
        ],
      ),
    )
    answer(path('publish'), () =>
      events(
        ['progress', { stage: 'sending', platform: 'telegram' }],
        ['result', published({ telegram: { success: true }, email: { success: true } })],
      ),
    )
    await openSheet(page)
    await page.getByRole('button', { name: 'Write captions with AI' }).click()
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'From the AI.')
    expect(await captionOf(page, 'FetLife').inputValue()).toBe('Plain from the AI.')
    await captionOf(page, 'Telegram').fill('By hand.')
    await page.getByRole('button', { name: 'Publish to Telegram and FetLife' }).click()
    await page.getByText('Published, and put into the archive.').waitFor()
    expect(asked.at(-1)?.body).toEqual({
      platforms: ['telegram', 'email'],
      captions: { telegram: 'By hand.', email: 'Plain from the AI.' },
      force: false,
    })
    await pictureOf(page, 'two')
    expect(await page.getByRole('heading', { name: 'Publish' }).count()).toBe(0)
  })
})

describe('the editor', () => {
  it('counts by each platform’s rules, and shows what would go out', async () => {
    const { page } = await atWork()
    await openSheet(page)
    await captionOf(page, 'FetLife').fill('A line — with “quotes” and #hashtags that goes on and on.')
    expect(await page.getByText('57 / 40').isVisible()).toBe(true)
    expect(await page.locator('.preview').textContent()).toContain('A line - with "quotes" and that goes...')
  })

  it.each([
    [
      'generated for the platform',
      { caption_generated: { telegram: 'The caption of photo one.', email: 'For mail.' } },
      'For mail.',
    ],
    [
      'edited by a person',
      { caption_generated: { telegram: 'Other.', email: 'For mail.' } },
      'The caption of photo one.',
    ],
    [
      'marked as edited',
      {
        caption_generated: { telegram: 'The caption of photo one.', email: 'For mail.' },
        caption_edited: 'True',
      },
      'The caption of photo one.',
    ],
    ['typed for the platform', { caption_submitted: { email: 'Typed for mail.' } }, 'Typed for mail.'],
  ])('begins with the caption that was %s', async (_title, metadata, expected) => {
    const { page, gallery } = await atWork()
    const [one] = somePhotos(1)
    gallery.script('/api/images/one.jpg', () =>
      Response.json({ ...one, metadata: { ...one?.metadata, ...metadata } }),
    )
    await page.reload()
    await openSheet(page)
    expect(await captionOf(page, 'FetLife').inputValue()).toBe(expected)
  })

  it('types letters that are shortcuts elsewhere', async () => {
    const { page, asked } = await atWork()
    await openSheet(page)
    await captionOf(page, 'Telegram').fill('')
    await captionOf(page, 'Telegram').pressSequentially('k r p i ')
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('k r p i ')
    expect(asked).toEqual([])
  })

  it('keeps what was typed when the session is over', async () => {
    const { page, answer } = await atWork()
    answer(path('publish'), () => problem(401, 'not_signed_in'))
    await openSheet(page)
    await captionOf(page, 'Telegram').fill('Typed on a train.')
    await page.getByRole('button', { name: /^Publish to/ }).click()
    await page.getByRole('alert').getByRole('link', { name: 'Sign in' }).waitFor()
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('Typed on a train.')
  })

  it('keeps drafts while other photos are looked at', async () => {
    const { page } = await atWork()
    await openSheet(page)
    await captionOf(page, 'Telegram').fill('A draft.')
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Next' }).click()
    await pictureOf(page, 'two')
    await openSheet(page)
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('The caption of photo two.')
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Back' }).click()
    await pictureOf(page, 'one')
    await openSheet(page)
    expect(await captionOf(page, 'Telegram').inputValue()).toBe('A draft.')
  })
})

describe('publishing', () => {
  it('goes on with what failed, and only with that', async () => {
    const { page, asked, answer } = await atWork()
    answer(path('publish'), ({ platforms }) =>
      Array.isArray(platforms) && platforms.includes('telegram')
        ? events([
            'result',
            published(
              {
                telegram: { success: true },
                email: { success: false, error: 'The server said no.', code: 'publish_refused' },
              },
              true,
            ),
          ])
        : events(['result', published({ email: { success: true } })]),
    )
    await openSheet(page)
    await page.getByRole('button', { name: /^Publish to/ }).click()
    await page.getByText('The server said no.').waitFor()
    expect(await page.getByText('Published.').isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Try again where it failed' }).click()
    await page.getByText('Published, and put into the archive.').waitFor()
    expect(asked.map(({ body }) => body.platforms)).toEqual([['telegram', 'email'], ['email']])
  })

  it('asks for a person’s word where nobody knows whether it got through', async () => {
    const { page, asked, answer } = await atWork()
    answer(path('publish'), ({ force }) =>
      events([
        'result',
        published({
          telegram: force
            ? { success: true }
            : { success: false, skipped: 'unknown', error: 'Nobody knows.' },
        }),
      ]),
    )
    await openSheet(page)
    await page.getByLabel('FetLife', { exact: true }).uncheck()
    await page.getByRole('button', { name: 'Publish to Telegram' }).click()
    await page.getByText('Nobody knows.').waitFor()
    await page.getByRole('button', { name: 'I have looked: publish it again' }).click()
    await page.getByText('Published, and put into the archive.').waitFor()
    expect(asked.map(({ body }) => body.force)).toEqual([false, true])
  })

  it('is not offered in review', async () => {
    const { page } = await atWork(desktop, { mode: 'review' })
    await page.getByRole('button', { name: 'Captions' }).click()
    expect(await page.getByRole('button', { name: /^Publish/ }).count()).toBe(0)
  })
})

describe('curation', () => {
  it.each([
    ['Keep', 'keep', 'Kept.', 'k'],
    ['Remove', 'remove', 'Removed.', 'r'],
  ])('%s shows the next photo at once, and can be undone', async (button, action, toast, key) => {
    for (const act of [
      (page: Page) => page.getByRole('button', { name: button }).click(),
      (page: Page) => page.keyboard.press(key),
    ]) {
      const { page, asked, answer } = await atWork()
      const moved = { filename: 'one.jpg', action, destination_folder: action, preview_only: false }
      answer(path(action), () => Response.json(moved))
      answer(path('restore'), () =>
        Response.json({ ...moved, action: 'restore', destination_folder: 'root' }),
      )
      await act(page)
      await page.getByText(toast).waitFor()
      await pictureOf(page, 'two')
      await page.getByRole('button', { name: 'Undo' }).click()
      await page.getByText('Back where it was.').waitFor()
      await pictureOf(page, 'one')
      expect(asked.at(-1)).toEqual({ path: path('restore'), body: { from: action } })
    }
  })

  it('says what hindered it, and leaves the photo where it is', async () => {
    const { page, gallery } = await atWork()
    gallery.script(path('keep'), () => problem(503, 'storage_unavailable'))
    await page.getByRole('button', { name: 'Keep' }).click()
    await page.getByText('The server says storage_unavailable.').waitFor()
    await pictureOf(page, 'one')
  })

  it('deletes only when asked twice', async () => {
    const { page, asked, answer } = await atWork()
    answer(path('delete'), () =>
      Response.json({ filename: 'one.jpg', action: 'delete', destination_folder: null, preview_only: false }),
    )
    await openSheet(page)
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByRole('button', { name: 'Keep it' }).click()
    expect(asked).toEqual([])
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('Deleted.').waitFor()
    await pictureOf(page, 'two')
  })

  it('offers only what is on', async () => {
    const { page } = await atWork(desktop, {
      keep_enabled: false,
      publish_enabled: false,
      analyze_caption_enabled: false,
    })
    const buttons = page.getByRole('toolbar').getByRole('button')
    expect(await buttons.allTextContents()).toEqual(['Remove'])
  })
})
