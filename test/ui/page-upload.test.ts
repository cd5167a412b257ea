/** Uploads of photos through the page. */
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem, type ScriptedGallery, somePhotos } from '../support/fakes/gallery-server.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { goOffline, pictureOf, stopClock, visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
let photo: Buffer
beforeAll(async () => {
  browser = await openChromium()
  const create = { width: 60, height: 40, channels: 3, background: '#864' } as const
  photo = await sharp({ create }).jpeg().toBuffer()
  return () => browser.close()
})

const path = '/api/library/upload'
const file = (name: string, buffer = photo) => ({ name, mimeType: 'image/jpeg', buffer })
const picker = (page: Page) => page.locator('input[type=file]')
const tray = (page: Page) => page.getByRole('region', { name: 'Uploads' })

/** Server's answer for a stored photo. */
function stored(key: string): Response {
  const events = [
    ['progress', { stage: 'storing' }],
    ['result', { key, size: 1 }],
  ] as const
  const body = events.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join('')
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

async function nameOf(request: Request): Promise<string> {
  const sent = (await request.formData()).get('file')
  return sent instanceof File ? sent.name : '?'
}

/** Shows an admin a gallery that accepts photos up to 1 MB. */
async function atHome(window: object = desktop, photos = somePhotos(2)) {
  const visit = await visiting(browser, { ...window, photos })
  const { page, gallery } = visit
  gallery.script('/api/admin/status', () => Response.json({ admin: true, email: 'alice@example.org' }))
  gallery.script('/api/config/features', () =>
    Response.json({ auth_mode: 'auth0', library_enabled: true, max_upload_mb: 1 }),
  )
  const names: string[] = []
  gallery.script(path, async (request) => {
    const name = await nameOf(request)
    names.push(name)
    return stored(name)
  })
  await page.goto('/')
  if (photos.length > 0) await pictureOf(page, 'one')
  await picker(page).waitFor({ state: 'attached' })
  return { page, gallery, names }
}

/** Answers the first upload with `first`, and later uploads like a healthy gallery. */
function onceThen(gallery: ScriptedGallery, first: () => Response): void {
  let isFirst = true
  gallery.script(path, async (request) => {
    const name = await nameOf(request)
    if (!isFirst) return stored(name)
    isFirst = false
    return first()
  })
}

/** Drags, drops or pastes files onto the page. */
async function bring(page: Page, type: 'dragenter' | 'drop' | 'paste', names: string[]): Promise<void> {
  const bytes = [...photo]
  await page.evaluate(
    ([kind, all, content]) => {
      const data = new DataTransfer()
      for (const name of all)
        data.items.add(new File([new Uint8Array(content)], name, { type: 'image/jpeg' }))
      const options = { bubbles: true, cancelable: true }
      document.body.dispatchEvent(
        kind === 'paste'
          ? new ClipboardEvent(kind, { ...options, clipboardData: data })
          : new DragEvent(kind, { ...options, dataTransfer: data }),
      )
    },
    [type, names, bytes] as const,
  )
}

/** True if the page would ask for confirmation before leaving. */
const asksBeforeLeaving = (page: Page) =>
  page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })))

describe('an upload', () => {
  it.each([
    ['a phone', phone],
    ['a desktop', desktop],
  ])('sends photos from the picker of %s, two at a time', async (_, window) => {
    const { page, gallery } = await atHome(window)
    const held: (() => void)[] = []
    const names: string[] = []
    gallery.script(path, async (request) => {
      const name = await nameOf(request)
      names.push(name)
      await new Promise<void>((go) => held.push(go))
      return stored(name)
    })
    await picker(page).setInputFiles(['a.jpg', 'b.jpg', 'c.jpg'].map((name) => file(name)))
    await eventually(() => expect(held).toHaveLength(2))
    await tray(page).getByRole('button', { name: '0 of 3 uploaded' }).click()
    expect(await tray(page).getByText('Waiting').count()).toBe(1)
    await eventually(async () => expect(await tray(page).locator('img').count()).toBe(3))
    held[0]?.()
    await eventually(() => expect(held).toHaveLength(3))
    for (const go of held) go()
    await tray(page).getByRole('button', { name: '3 uploaded', exact: true }).waitFor()
    expect(names.sort()).toEqual(['a.jpg', 'b.jpg', 'c.jpg'])
    await page.getByRole('button', { name: 'Close uploads' }).click()
    await tray(page).waitFor({ state: 'detached' })
  })

  it('accepts dropped photos, and shows where to drop them', async () => {
    const { page, names } = await atHome()
    await bring(page, 'dragenter', ['a.jpg'])
    await page.getByText('Drop photos to upload them').waitFor()
    await bring(page, 'drop', ['a.jpg', 'b.jpg'])
    await tray(page).getByRole('button', { name: '2 uploaded', exact: true }).waitFor()
    expect(names.sort()).toEqual(['a.jpg', 'b.jpg'])
    expect(await page.getByText('Drop photos to upload them').count()).toBe(0)
  })

  it('accepts pasted photos', async () => {
    const { page, names } = await atHome()
    await bring(page, 'paste', ['pasted.jpg'])
    await tray(page).getByRole('button', { name: '1 uploaded', exact: true }).waitFor()
    expect(names).toEqual(['pasted.jpg'])
  })

  it('shows the new name of a renamed photo, and opens the photo on demand', async () => {
    const { page, gallery } = await atHome()
    gallery.script(path, () => stored('two.jpg'))
    await picker(page).setInputFiles([file('dusk.jpg')])
    await tray(page).getByRole('button', { name: '1 uploaded', exact: true }).click()
    await page.getByText('Renamed because dusk.jpg is in use or not allowed').waitFor()
    await page.getByRole('button', { name: 'Show two.jpg' }).click()
    await pictureOf(page, 'two')
  })

  it('shows the first photo of an empty gallery', async () => {
    const { page, gallery } = await atHome(desktop, [])
    gallery.script('/api/images/new.jpg', () => Response.json({ ...somePhotos(1)[0], filename: 'new.jpg' }))
    gallery.script('/api/images/one.jpg/thumbnail', () => gallery.picture(0, 'w256h256'))
    gallery.script(path, () => stored('new.jpg'))
    await picker(page).setInputFiles([file('new.jpg')])
    await pictureOf(page, 'one')
  })
})

describe('an unsuitable file', () => {
  it.each([
    ['a text file', file('a.jpg', Buffer.from('Dear diary, today')), 'Not a photo. Use JPEG, PNG or WebP.'],
    ['an empty file', file('a.jpg', Buffer.alloc(0)), 'This file is empty.'],
    [
      'a file over the limit',
      file('a.jpg', Buffer.alloc(2 ** 20 + 1, 0xff)),
      'Too large. The limit is 1 MB.',
    ],
  ])('refuses %s before sending anything', async (_, wrong, words) => {
    const { page, names } = await atHome()
    await picker(page).setInputFiles([wrong, file('good.jpg')])
    await tray(page).getByText(words).waitFor()
    await tray(page).getByRole('button', { name: '1 uploaded, 1 failed' }).waitFor()
    expect(names).toEqual(['good.jpg'])
  })

  it.each([
    [415, 'unsupported_photo', 'Not a photo. Use JPEG, PNG or WebP.'],
    [422, 'photo_unreadable', 'Damaged or incomplete. Copy it'],
    [413, 'photo_too_large', 'The server says photo_too_large.'],
    [403, 'feature_off', 'The server says feature_off.'],
  ])('explains a refusal with %i by the server, and retries on demand', async (status, code, words) => {
    const { page, gallery } = await atHome()
    onceThen(gallery, () => problem(status, code))
    await picker(page).setInputFiles([file('a.jpg')])
    await tray(page).getByText(words).waitFor()
    await page.getByRole('button', { name: 'Retry a.jpg' }).click()
    await tray(page).getByRole('button', { name: '1 uploaded', exact: true }).waitFor()
  })

  it('says what to do when the server cannot open a phone’s HEIC', async () => {
    const { page, gallery } = await atHome()
    onceThen(gallery, () => problem(415, 'unsupported_photo'))
    await picker(page).setInputFiles([file('a.heic', Buffer.from('\0\0\0\x18ftypheic....'))])
    await tray(page).getByText('Most Compatible').waitFor()
  })

  it('does not repeat an upload automatically when the stream ends without a result', async () => {
    const { page, gallery } = await atHome()
    onceThen(gallery, () => new Response('event: progress\ndata: {"stage":"storing"}\n\n'))
    await picker(page).setInputFiles([file('a.jpg')])
    await tray(page).getByText('Check if the photo is there').waitFor()
    expect(gallery.asked.filter((asked) => asked.startsWith(path))).toHaveLength(1)
  })
})

describe('a photo that is here already', () => {
  /** Shows an admin a gallery whose archive has every photo. Resolves with the names that were stored nevertheless. */
  async function withEverything(window: object = desktop) {
    const visit = await atHome(window)
    visit.gallery.script(path, async (request) => {
      const name = await nameOf(request)
      if (new URL(request.url).searchParams.get('duplicates') === 'refuse') {
        const existing = { folder: 'archive', key: `archive/old ${name}` }
        const refusal = { status: 409, code: 'already_here', detail: 'Here already.', existing }
        const body = `event: error\ndata: ${JSON.stringify(refusal)}\n\n`
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
      }
      visit.names.push(name)
      return stored(name)
    })
    return visit
  }
  const region = (page: Page, name: string) => tray(page).getByRole('listitem').filter({ hasText: name })

  it('shows the duplicate with its folder, and skips or keeps the photo on demand', async () => {
    const { page, names } = await withEverything()
    await picker(page).setInputFiles([file('a.jpg'), file('b.jpg')])
    await region(page, 'b.jpg').getByText('Already here as old b.jpg (Archive)').waitFor()
    await tray(page).getByRole('button', { name: '0 uploaded, 2 already here' }).waitFor()
    expect(names).toEqual([])
    await page.getByRole('button', { name: 'Keep both: b.jpg' }).press('Enter')
    await tray(page).getByRole('button', { name: '1 uploaded, 1 already here' }).waitFor()
    expect(await page.evaluate(() => document.activeElement?.className)).toContain('tray-summary')
    await page.getByRole('button', { name: 'Skip: a.jpg' }).press('Enter')
    await tray(page).getByRole('button', { name: '1 uploaded', exact: true }).waitFor()
    expect(names).toEqual(['b.jpg'])
  })

  it('applies a decision to many duplicates at once', async () => {
    const { page, names } = await withEverything(phone)
    const files = ['a.jpg', 'b.jpg', 'c.jpg'].map((name) => file(name))
    await picker(page).setInputFiles(files)
    await tray(page).getByRole('button', { name: 'Skip (3)' }).click()
    await tray(page).getByRole('button', { name: '0 uploaded', exact: true }).waitFor()
    expect(names).toEqual([])
    await picker(page).setInputFiles(files)
    await tray(page).getByRole('button', { name: 'Keep both (3)' }).click()
    await tray(page).getByRole('button', { name: '3 uploaded', exact: true }).waitFor()
    expect(names.sort()).toEqual(['a.jpg', 'b.jpg', 'c.jpg'])
  })

  it('recognizes the page’s own upload whose answer was lost', async () => {
    const { page, gallery } = await atHome()
    let isFirst = true
    gallery.script('/api/library/objects', () => Response.json({ objects: [] }))
    gallery.script(path, () => {
      const answer = { status: 409, code: 'already_here', existing: { folder: 'root', key: 'a.jpg' } }
      const end = isFirst ? '' : `event: error\ndata: ${JSON.stringify(answer)}\n\n`
      isFirst = false
      return new Response(`event: progress\ndata: {"stage":"storing"}\n\n${end}`, {
        headers: { 'content-type': 'text/event-stream' },
      })
    })
    await picker(page).setInputFiles([file('a.jpg')])
    await page.getByRole('button', { name: 'Retry a.jpg' }).click()
    await tray(page).getByRole('button', { name: '1 uploaded', exact: true }).waitFor()
  })
})

describe('the tray', () => {
  it.each([
    ['a phone', phone],
    ['a desktop', desktop],
  ])('leaves the search field of the library free on %s', async (_, window) => {
    const { page, gallery } = await atHome(window)
    gallery.script('/api/library/objects', () =>
      Response.json({ objects: [], cursor: null, total_in_window: 0, truncated: false }),
    )
    gallery.script(path, () => problem(403, 'feature_off'))
    await page.goto('/?view=grid')
    const search = page.getByRole('searchbox', { name: 'Search by name' })
    await search.waitFor()
    await picker(page).waitFor({ state: 'attached' })
    const files = Array.from({ length: 12 }, (_each, index) => file(`${index}.jpg`))
    await picker(page).setInputFiles(files)
    await tray(page).getByRole('button', { name: '0 uploaded, 12 failed' }).waitFor()
    await search.click({ timeout: 2000 })
    const [covered, field] = await Promise.all([tray(page).boundingBox(), search.boundingBox()])
    expect(covered && field && covered.y).toBeGreaterThan((field?.y ?? 0) + (field?.height ?? 0))
  })
})

describe('a temporary problem', () => {
  it.each([
    [429, 'rate_limited'],
    [503, 'storage_unavailable'],
  ])('pauses uploads after %i for the time of Retry-After', async (status, code) => {
    const { page, gallery } = await atHome()
    await stopClock(page)
    onceThen(gallery, () => problem(status, code, { 'retry-after': '90' }))
    await picker(page).setInputFiles([file('a.jpg')])
    await tray(page).getByText('The server is busy. Continuing in').waitFor()
    await page.clock.runFor(89_000)
    expect(gallery.asked.filter((asked) => asked.startsWith(path))).toHaveLength(1)
    // Up to a quarter longer, so that not all pages retry at the same moment.
    await page.clock.runFor(24_000)
    await tray(page).getByRole('button', { name: '1 uploaded', exact: true }).waitFor()
    expect(gallery.asked.filter((asked) => asked.startsWith(path))).toHaveLength(2)
  })

  it('pauses uploads while offline, and resumes when the connection returns', async () => {
    const { page, names } = await atHome()
    await goOffline(page)
    await picker(page).setInputFiles([file('a.jpg'), file('b.jpg')])
    await tray(page).getByText('You’re offline.').first().waitFor()
    expect(await asksBeforeLeaving(page)).toBe(true)
    await page.context().setOffline(false)
    await tray(page).getByRole('button', { name: '2 uploaded', exact: true }).waitFor()
    expect(names.sort()).toEqual(['a.jpg', 'b.jpg'])
  })

  it('pauses uploads when the session ends, and resumes after a sign-in in a new tab', async () => {
    const { page, gallery } = await atHome()
    const healthy = (request: Request) => nameOf(request).then(stored)
    gallery.script('/api/admin/status', () => Response.json({ admin: false }))
    gallery.script(path, () => problem(401, 'not_signed_in'))
    await picker(page).setInputFiles([file('a.jpg'), file('b.jpg')])
    const wayIn = tray(page).getByRole('link', { name: 'Sign in (opens in a new tab)' })
    await wayIn.waitFor()
    // Waits for both, because a refusal after the return would pause the queue again.
    await tray(page).getByRole('button', { name: '0 of 2 uploaded' }).click()
    await eventually(async () => expect(await tray(page).getByText('Waiting').count()).toBe(2))
    expect(await wayIn.getAttribute('target')).toBe('_blank')
    expect(await asksBeforeLeaving(page)).toBe(true)
    gallery.script('/api/admin/status', () => Response.json({ admin: true, email: 'alice@example.org' }))
    gallery.script(path, healthy)
    await page.evaluate(() => dispatchEvent(new Event('focus')))
    await tray(page).getByRole('button', { name: '2 uploaded', exact: true }).waitFor()
  })
})

describe('the queue', () => {
  it('cancels and retries a file or all files, and warns before the page is left', async () => {
    const { page, gallery } = await atHome()
    expect(await asksBeforeLeaving(page)).toBe(false)
    const held = Promise.withResolvers<void>()
    let isHeld = true
    const arrived: string[] = []
    const names: string[] = []
    gallery.script(path, async (request) => {
      const name = await nameOf(request)
      arrived.push(name)
      if (isHeld) await held.promise
      names.push(name)
      return stored(name)
    })
    await picker(page).setInputFiles(['a.jpg', 'b.jpg', 'c.jpg'].map((name) => file(name)))
    await tray(page).getByRole('button', { name: '0 of 3 uploaded' }).click()
    expect(await asksBeforeLeaving(page)).toBe(true)
    // The cancelled upload must have reached the server, or it could arrive among the retries.
    await eventually(() => expect(arrived).toHaveLength(2))
    await page.getByRole('button', { name: 'Cancel b.jpg' }).click()
    await tray(page).getByText('Cancelled').waitFor()
    await eventually(() => expect(arrived).toHaveLength(3))
    await page.getByRole('button', { name: 'Cancel all' }).click()
    await eventually(async () => expect(await tray(page).getByText('Cancelled').count()).toBe(3))
    expect(await asksBeforeLeaving(page)).toBe(false)
    isHeld = false
    await page.getByRole('button', { name: 'Retry all' }).click()
    await tray(page).getByRole('button', { name: '3 uploaded', exact: true }).waitFor()
    expect(names.sort()).toEqual(['a.jpg', 'b.jpg', 'c.jpg'])
    held.resolve()
  })

  it('continues while the grid is open and after the return to a photo', async () => {
    const { page, gallery } = await atHome(phone)
    const held = Promise.withResolvers<void>()
    const names: string[] = []
    gallery.script(path, async (request) => {
      const name = await nameOf(request)
      names.push(name)
      await held.promise
      return stored(name)
    })
    await picker(page).setInputFiles([file('a.jpg'), file('b.jpg')])
    await eventually(() => expect(names).toHaveLength(2))
    await page.getByRole('button', { name: 'All photos' }).click()
    await page.locator('.wall').waitFor()
    await tray(page).getByRole('button', { name: '0 of 2 uploaded' }).waitFor()
    await page.getByRole('button', { name: 'One photo at a time' }).click()
    await pictureOf(page, 'one')
    held.resolve()
    await tray(page).getByRole('button', { name: '2 uploaded', exact: true }).waitFor()
    expect(names.sort()).toEqual(['a.jpg', 'b.jpg'])
  })

  it('works by keyboard and announces its progress', async () => {
    const { page } = await atHome()
    // The listener must be registered before the key is pressed.
    const chosen = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Upload photos' }).press('Enter')
    const chooser = await chosen
    expect(chooser.isMultiple()).toBe(true)
    await chooser.setFiles([file('a.jpg')])
    await tray(page).locator('[aria-live=polite]', { hasText: '1 uploaded' }).waitFor({ state: 'attached' })
    await tray(page).getByRole('button', { name: '1 uploaded', exact: true }).focus()
    await page.keyboard.press('Enter')
    await tray(page).getByRole('listitem').waitFor()
  })

  it.each([
    ['a phone', phone],
    ['a narrow window', { viewport: { width: 320, height: 568 } }],
    ['a desktop', desktop],
  ])('leaves every button of the photo within reach on %s', async (_, window) => {
    const { page, gallery } = await atHome(window)
    gallery.script(path, () => problem(415, 'unsupported_photo'))
    await picker(page).setInputFiles([file('a.jpg'), file('b.jpg')])
    await tray(page).getByRole('button', { name: 'Retry a.jpg' }).waitFor()
    for (const name of ['Next', 'Details', 'Zoom in', 'Retry all']) {
      await page.getByRole('button', { name, exact: true }).click({ trial: true })
    }
    const tooWide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(tooWide).toBe(0)
  })
})

describe('visitors', () => {
  it('sends visitors no upload code', async () => {
    const { page } = await visiting(browser)
    const scripts: string[] = []
    page.on('request', (request) => scripts.push(request.url()))
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('button', { name: 'Next' }).click()
    await pictureOf(page, 'two')
    expect(await picker(page).count()).toBe(0)
    expect(scripts.filter((url) => /uploader/.test(url))).toEqual([])
  })

  it('shows no upload in a gallery without the library, not even to its admin', async () => {
    const { page, gallery } = await visiting(browser)
    gallery.script('/api/admin/status', () => Response.json({ admin: true, email: 'alice@example.org' }))
    gallery.script('/api/config/features', () => Response.json({ auth_mode: 'auth0', keep_enabled: true }))
    await page.goto('/')
    await page.getByRole('button', { name: 'Keep' }).waitFor()
    expect(await picker(page).count()).toBe(0)
  })
})
