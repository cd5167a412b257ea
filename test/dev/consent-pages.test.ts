/** Pages of the emulated vendors in a browser: a person allows or cancels on a phone and at a desk. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createDropboxEmulator } from '../../dev/emulators/dropbox.ts'
import { createGoogleDriveEmulator } from '../../dev/emulators/gdrive.ts'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import { type Receiver, startReceiver, status } from '../support/fixtures/http-receiver.ts'

let browser: Browser
let app: Receiver
beforeAll(async () => {
  browser = await openChromium()
  app = await startReceiver()
  app.answer = status(200, { 'content-type': 'text/html' })
})
afterAll(async () => {
  await browser.close()
  await app[Symbol.asyncDispose]()
})

const pages = {
  async dropbox(redirectUri: string) {
    const key = 'app-key'
    const emulator = createDropboxEmulator({ app: { key, secret: 'secret' }, redirectUris: [redirectUri] })
    for (const name of ['alice', 'bob']) emulator.addAccount(name)
    const query = { client_id: key, redirect_uri: redirectUri, response_type: 'code', state: 's' }
    return { server: await emulator.listen(), path: `/oauth2/authorize?${new URLSearchParams(query)}` }
  },
  async google(redirectUri: string) {
    const id = 'client-id'
    const emulator = createGoogleDriveEmulator({ app: { id, secret: 'secret' }, redirectUris: [redirectUri] })
    for (const name of ['alice', 'bob']) emulator.addAccount(name)
    const scope = 'https://www.googleapis.com/auth/drive'
    const query = { client_id: id, redirect_uri: redirectUri, response_type: 'code', state: 's', scope }
    return { server: await emulator.listen(), path: `/o/oauth2/v2/auth?${new URLSearchParams(query)}` }
  },
}

const windows = { phone, desktop }
const cases = (['dropbox', 'google'] as const).flatMap((vendor) =>
  (['phone', 'desktop'] as const).map((window) => ({ vendor, window })),
)

describe.each(cases)('the page of $vendor on a $window', ({ vendor, window }) => {
  async function open() {
    const redirectUri = `${app.url}/connect/callback`
    const { server, path } = await pages[vendor](redirectUri)
    const context = await browser.newContext(windows[window])
    onTestFinished(async () => {
      await context.close()
      await server.close()
    })
    const page = await context.newPage()
    await page.goto(`${server.url}${path}`)
    return { page, callback: ({ href }: URL) => href.startsWith(`${redirectUri}?`) }
  }

  it('returns with a code after the person chose an account', async () => {
    const { page, callback } = await open()
    await expectAccessible(page)
    await page.getByRole('radio', { name: 'bob@' }).check()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(callback)
    const answer = new URL(page.url()).searchParams
    expect(answer.get('code')).toMatch(/^[\w-]{20,}$/)
    expect(answer.get('state')).toBe('s')
  })

  it('returns with a refusal after the person cancelled', async () => {
    const { page, callback } = await open()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.waitForURL(callback)
    expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied')
  })

  it('fits the window, with buttons large enough for a thumb', async () => {
    const { page } = await open()
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBeLessThanOrEqual(windows[window].viewport.width)
    for (const target of await page.locator('button, label').all())
      expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44)
  })
})
