/** A session that ends elsewhere while the page is open. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { captionOf, features, openSheet, signedInAs } from '../support/fixtures/admin-page.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { pictureOf, visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

/** Signs an admin in. `seen` counts the page's checks of the account, and `becomes` changes it. */
async function signedIn(window: object) {
  const { page, gallery } = await visiting(browser, { ...window })
  const seen = { asked: 0 }
  let email: string | null = 'alice@example.org'
  gallery.script('/api/admin/status', () => {
    seen.asked++
    return Response.json(email === null ? { admin: false } : { admin: true, email })
  })
  gallery.script('/api/config/features', () => Response.json(features))
  gallery.script('/api/config/captions', () =>
    Response.json({
      platforms: [
        {
          platform: 'telegram',
          max_length: 60,
          unit: 'utf16',
          max_hashtags: 30,
          plain: false,
          has_subject: false,
        },
      ],
      hashtags: '',
    }),
  )
  await page.clock.install()
  await page.goto('/')
  await pictureOf(page, 'one')
  await page.getByRole('toolbar').waitFor()
  const becomes = (next: string | null) => {
    email = next
  }
  return { page, gallery, seen, becomes }
}

const wayIn = (page: Page) => page.locator('.bar').getByText('Sign in', { exact: true })
const comesBack = (page: Page, how: string) =>
  page.evaluate((type) => (type === 'online' ? window : document).dispatchEvent(new Event(type)), how)

describe('a session that ended elsewhere', () => {
  it.each([
    ['visibilitychange', phone],
    ['online', desktop],
  ])('notices the ended session with the event %s, and keeps typed text', async (how, window) => {
    const { page, becomes } = await signedIn(window)
    await openSheet(page)
    await captionOf(page, 'telegram').fill('Half a sentence')
    becomes(null)
    await page.clock.fastForward(61_000)
    await comesBack(page, how)
    await wayIn(page).waitFor()
    expect(await captionOf(page, 'telegram').inputValue()).toBe('Half a sentence')
    becomes('alice@example.org')
    await page.clock.fastForward(61_000)
    await comesBack(page, how)
    await wayIn(page).waitFor({ state: 'detached' })
    expect(await captionOf(page, 'telegram').inputValue()).toBe('Half a sentence')
  })

  it('checks the session at most once a minute', async () => {
    const { page, seen, becomes } = await signedIn(desktop)
    const before = seen.asked
    becomes(null)
    await page.clock.fastForward(61_000)
    for (const how of ['online', 'visibilitychange', 'online']) await comesBack(page, how)
    await wayIn(page).waitFor()
    for (const how of ['online', 'visibilitychange']) await comesBack(page, how)
    await eventually(() => expect(seen.asked).toBe(before + 1))
  })

  it('shows another account that has signed in meanwhile', async () => {
    const { page, gallery } = await signedIn(desktop)
    signedInAs(gallery, 'bob@example.org')
    await page.clock.fastForward(61_000)
    await comesBack(page, 'online')
    await page.getByRole('button', { name: 'Account: bob@example.org' }).waitFor()
    await page.getByRole('toolbar').waitFor()
  })
})
