/** Uploads over a stalled connection. */
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { openChromium, phone } from '../../scripts/chromium.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { pictureOf, visiting } from '../support/fixtures/visitor-page.ts'

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
/** Photo larger than the buffers between the page and a server that does not read. */
const large = () => Buffer.concat([photo, Buffer.alloc(24 * 2 ** 20)])
const tray = (page: Page) => page.getByRole('region', { name: 'Uploads' })

function stored(key: string): Response {
  const body = `event: result\ndata: ${JSON.stringify({ key, size: 1 })}\n\n`
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

/** Shows an admin a gallery that never answers the first upload and stores all others. The library lists what `there` contains. */
async function inTunnel() {
  const { page, gallery } = await visiting(browser, phone)
  const there: { key: string; size: number }[] = []
  const names: string[] = []
  let arrivals = 0
  gallery.script('/api/admin/status', () => Response.json({ admin: true, email: 'alice@example.org' }))
  gallery.script('/api/config/features', () =>
    Response.json({ auth_mode: 'auth0', library_enabled: true, max_upload_mb: 30 }),
  )
  gallery.script('/api/library/objects', (request) => {
    const sought = new URL(request.url).searchParams.get('q') ?? ''
    const objects = there.filter(({ key }) => key.includes(sought))
    return Response.json({ objects, cursor: null, total_in_window: objects.length, truncated: false })
  })
  gallery.script(path, async (request) => {
    if (++arrivals === 1) return new Promise<Response>(() => {})
    const sent = (await request.formData()).get('file')
    const name = sent instanceof File ? sent.name : '?'
    names.push(name)
    return stored(name)
  })
  await page.clock.install()
  await page.goto('/')
  await pictureOf(page, 'one')
  await page.locator('input[type=file]').waitFor({ state: 'attached' })
  const choose = (...files: ReturnType<typeof file>[]) =>
    page.locator('input[type=file]').setInputFiles(files)
  const arrived = () => eventually(() => expect(arrivals).toBeGreaterThan(0))
  return { page, there, names, choose, arrived }
}

/** Advances the page's clock by minutes until the tray shows this text. */
const untilSaid = (page: Page, words: string) =>
  eventually(async () => {
    await page.clock.fastForward(61_000)
    expect(await tray(page).getByText(words).count()).toBe(1)
  })

async function allHasLeft(page: Page): Promise<void> {
  await tray(page).getByRole('button', { name: '0 of 1 uploaded' }).click()
  await tray(page).getByText('100%').waitFor()
}

describe('a stalled upload', () => {
  it('fails after a minute without progress, lets other uploads continue, and retries on demand', async () => {
    const { page, names, choose, arrived } = await inTunnel()
    await choose(file('slow.jpg', large()))
    await arrived()
    await choose(file('b.jpg'), file('c.jpg'))
    await tray(page).getByRole('button', { name: '2 of 3 uploaded' }).waitFor()
    await untilSaid(page, 'No progress for a minute')
    await tray(page).getByRole('button', { name: '2 uploaded, 1 failed' }).waitFor()
    expect(names.toSorted()).toEqual(['b.jpg', 'c.jpg'])
    await page.getByRole('button', { name: 'Retry slow.jpg' }).click()
    await tray(page).getByRole('button', { name: '3 uploaded', exact: true }).waitFor()
    expect(names).toContain('slow.jpg')
  })

  it('looks for a completely sent photo before a retry, and does not send a stored photo again', async () => {
    const { page, there, names, choose, arrived } = await inTunnel()
    await choose(file('a.jpg'))
    await arrived()
    await allHasLeft(page)
    await untilSaid(page, 'Check if the photo is there')
    there.push({ key: 'a.jpg', size: photo.length })
    await page.getByRole('button', { name: 'Retry a.jpg' }).click()
    await tray(page).getByRole('button', { name: '1 uploaded', exact: true }).waitFor()
    expect(names).toEqual([])
  })

  it('sends a photo again that was not stored, even if another photo has its name', async () => {
    const { page, there, names, choose, arrived } = await inTunnel()
    await choose(file('a.jpg'))
    await arrived()
    await allHasLeft(page)
    await untilSaid(page, 'Check if the photo is there')
    there.push({ key: 'a.jpg', size: photo.length + 1 })
    await page.getByRole('button', { name: 'Retry a.jpg' }).click()
    await tray(page).getByRole('button', { name: '1 uploaded', exact: true }).waitFor()
    expect(names).toEqual(['a.jpg'])
  })
})
