/** Connecting accounts on the settings page, and the first steps of a new gallery. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem } from '../support/fakes/gallery-server.ts'
import { offered } from '../support/fakes/studio-answers.ts'
import { atSettings, saveButton, savedText } from '../support/fixtures/settings-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const address = '/settings#connections'
const card = (page: Page, name: string) => page.getByRole('article', { name })

describe('cards of connections', () => {
  it('shows state, account and the words of the vendor', async () => {
    const { page } = await atSettings(browser, phone, address)
    expect(await card(page, 'Dropbox').textContent()).toMatch(
      /Connected\s*alice@example\.org · since 3 Nov 2026.* · Used for your photos/,
    )
    const broken = card(page, 'Instagram')
    expect(await broken.textContent()).toMatch(
      /Broken[\s\S]*Instagram says: .?The session has been invalidated\..? \(invalid_grant\)/,
    )
    expect(await broken.getByRole('button', { name: 'Connect again' }).isVisible()).toBe(true)
    expect(await card(page, 'Telegram').textContent()).toContain('Not connected')
  })

  it('leads to the page of the vendor, without a warning about unsaved changes', async () => {
    const { page, gallery, studio } = await atSettings(browser, phone, '/settings#words')
    const vendor = `${gallery.origin}/assets/favicon-none.svg?vendor`
    studio.instead = ({ method }) => (method === 'POST' ? Response.json({ url: vendor }) : null)
    const dialogs: string[] = []
    page.on('dialog', (dialog) => dialogs.push(dialog.type()))
    await page.getByLabel('Hashtags').pressSequentially(' #more')
    await page.goto(address)
    await card(page, 'Instagram').getByRole('button', { name: 'Connect again' }).click()
    await page.waitForURL(vendor)
    expect(dialogs).toEqual([])
    expect(studio.asked).toEqual([
      { method: 'POST', path: '/api/connections/instagram', body: { language: 'en' } },
    ])
    expect(await page.evaluate(() => localStorage.getItem('settings'))).toContain('#more')
  })

  it('ignores an address that is no web page', async () => {
    const { page, studio } = await atSettings(browser, desktop, address)
    studio.instead = () => Response.json({ url: 'javascript:document.title="attacked"' })
    await card(page, 'Instagram').getByRole('button', { name: 'Connect again' }).click()
    await card(page, 'Instagram').getByText('Instagram is connected.').waitFor()
    expect(await page.title()).toMatch(/^Settings/)
  })

  it.each([
    ['connected=dropbox', 'Dropbox', 'Dropbox is connected.'],
    ['refused=instagram&reason=denied', 'Instagram', 'You didn’t allow the connection.'],
    ['refused=instagram&reason=unsuitable', 'Instagram', 'Instagram needs a professional account.'],
    ['refused=instagram&reason=<b>new</b>', 'Instagram', 'The connection failed. Try again.'],
  ])('explains the return with ?%s once', async (query, name, text) => {
    const { page } = await atSettings(browser, phone, `/settings?${query}`)
    await card(page, name).getByText(text).waitFor()
    expect(new URL(page.url()).search).toBe('')
    await page.reload()
    await card(page, name).waitFor()
    expect(await page.getByText(text).count()).toBe(0)
  })

  it('offers another account after the wrong account', async () => {
    const { page, studio } = await atSettings(
      browser,
      phone,
      '/settings?refused=instagram&reason=wrong_account',
    )
    await card(page, 'Instagram').getByRole('button', { name: 'Use another account' }).click()
    await card(page, 'Instagram').getByText('Instagram is connected.').waitFor()
    expect(studio.asked[0]?.body).toEqual({ again: true, language: 'en' })
  })

  it('tries pasted values, and keeps the form with the words of a refusal', async () => {
    const { page, studio } = await atSettings(browser, phone, address)
    studio.instead = () =>
      Response.json(
        { code: 'connection_refused', detail: 'Unauthorized: bot token.', reason: 'bad_address' },
        { status: 422 },
      )
    await card(page, 'Telegram').getByRole('button', { name: 'Connect Telegram' }).click()
    const token = page.getByLabel('Bot token')
    expect(await token.evaluate((element) => element === document.activeElement)).toBe(true)
    expect(await token.getAttribute('type')).toBe('password')
    expect(await page.getByText('@BotFather').isVisible()).toBe(true)
    await token.fill(' 123:secret ')
    await token.press('Enter')
    await page.getByRole('alert').getByText('Unauthorized: bot token.').waitFor()
    await page.getByRole('alert').getByText('There’s no such server at this address.').waitFor()
    expect(await token.inputValue()).toBe(' 123:secret ')
    studio.instead = null
    await token.press('Enter')
    await card(page, 'Telegram').getByText('Telegram is connected.').waitFor()
    await token.waitFor({ state: 'detached' })
    expect(studio.asked.at(-1)?.body).toEqual({ bot_token: '123:secret', language: 'en' })
    const stored = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))
    expect(stored).not.toContain('secret')
  })

  it('looks again for the channel without a second typing', async () => {
    const { page, studio } = await atSettings(browser, phone, address)
    const telegram = studio.connections[1] ?? {}
    studio.instead = () => {
      telegram.hint = 'Add the bot to your channel, then post anything.'
      return null
    }
    await card(page, 'Telegram').getByRole('button', { name: 'Connect Telegram' }).click()
    await page.getByLabel('Bot token').fill('123:secret')
    await page.keyboard.press('Enter')
    await page.getByText('Add the bot to your channel, then post anything.').waitFor()
    studio.instead = () => {
      telegram.hint = null
      return null
    }
    await page.getByRole('button', { name: 'Look again' }).click()
    await page.getByRole('button', { name: 'Look again' }).waitFor({ state: 'detached' })
    expect(studio.asked.map(({ body }) => body)).toEqual([
      { bot_token: '123:secret', language: 'en' },
      { language: 'en' },
    ])
  })

  it('asks for the server before the sign-in at Mastodon', async () => {
    const { page, studio } = await atSettings(browser, desktop, address, (fake) => {
      const field = { name: 'instance_url', way: 'oauth', description: '', required: true, secret: false }
      fake.connections.push(offered('mastodon', 'channel', { fields: [field] }))
    })
    await page.getByRole('button', { name: 'Connect Mastodon' }).click()
    await page.getByLabel('Your Mastodon server').fill('mastodon.example')
    await page.keyboard.press('Enter')
    await page.getByText('Mastodon is connected.').waitFor()
    expect(studio.asked[0]?.body).toEqual({ instance_url: 'mastodon.example', language: 'en' })
  })

  it('offers the app password beside the sign-in at Bluesky', async () => {
    const { page } = await atSettings(browser, desktop, address, (fake) => {
      const names = ['handle', 'app_password']
      const fields = names.map((name) => ({ name, way: 'pasted', required: true, secret: name !== 'handle' }))
      fake.connections.push(offered('bluesky', 'channel', { ways: ['oauth', 'pasted'], fields }))
    })
    await page.getByRole('button', { name: 'Use an app password instead' }).click()
    await page.getByLabel('Handle').waitFor()
    expect(await page.getByLabel('App password').getAttribute('type')).toBe('password')
  })

  it('disconnects after a confirmation, and returns the focus', async () => {
    const { page, studio } = await atSettings(browser, phone, address)
    const dropbox = card(page, 'Dropbox')
    await dropbox.getByRole('button', { name: 'Disconnect Dropbox' }).click()
    await dropbox.getByText('Disconnect Dropbox?').waitFor()
    expect(await page.locator(':focus').textContent()).toBe('Cancel')
    await page.keyboard.press('Enter')
    expect(await page.locator(':focus').textContent()).toBe('Disconnect Dropbox')
    expect(studio.asked).toEqual([])
    await page.keyboard.press('Enter')
    await dropbox.getByRole('button', { name: 'Disconnect', exact: true }).click()
    await dropbox.getByText('Dropbox is disconnected.').waitFor()
    expect(studio.asked).toEqual([{ method: 'DELETE', path: '/api/connections/dropbox', body: null }])
  })

  it('asks for a new sign-in where the last was long ago', async () => {
    const { page, studio } = await atSettings(browser, phone, address)
    studio.instead = () => problem(403, 'recent_sign_in_required')
    const dropbox = card(page, 'Dropbox')
    await dropbox.getByRole('button', { name: 'Disconnect Dropbox' }).click()
    await dropbox.getByRole('button', { name: 'Disconnect', exact: true }).click()
    const link = dropbox.getByRole('link', { name: 'Sign in again' })
    expect(await link.getAttribute('href')).toBe('/auth/login?return_to=%2Fsettings%23connections&fresh=true')
  })

  it('explains a list that did not load, and loads it again', async () => {
    const { page, gallery, studio } = await atSettings(browser, phone, address, (_studio, fake) => {
      fake.script('/api/connections', () => problem(503, 'control_plane_unavailable'))
    })
    await page.getByText('Not available right now.').waitFor()
    gallery.script('/api/connections', () => Response.json(studio.connections))
    await page.getByRole('button', { name: 'Try again' }).click()
    await card(page, 'Dropbox').waitFor()
  })
})

describe('the first steps', () => {
  it.each([
    ['phone', phone],
    ['desktop', desktop],
  ])('leads from the storage to the first look on a %s', async (_device, window) => {
    const { page, studio } = await atSettings(browser, window, '/settings', (fake) => {
      const tokenField = { name: 'bot_token', way: 'pasted', description: '', required: true, secret: true }
      fake.connections = [
        offered('dropbox', 'storage'),
        offered('telegram', 'channel', { ways: ['pasted'], fields: [tokenField] }),
      ]
      fake.changeElsewhere({ storage: { paths: { root: '/' } } })
    })
    const steps = page.getByRole('region', { name: 'First steps' })
    await steps.getByRole('link', { name: 'Connect Connect your storage' }).click()
    await card(page, 'Dropbox').getByRole('button', { name: 'Connect Dropbox' }).click()
    await page.getByRole('link', { name: 'Next: Choose the folder with your photos' }).click()
    await page.getByRole('treeitem', { name: 'Photos' }).click()
    await saveButton(page).click()
    await savedText(page).waitFor()
    expect(studio.settings.storage).toMatchObject({ paths: { root: '/Photos' } })
    await page.getByRole('link', { name: 'Next: Connect your channels' }).click()
    await card(page, 'Telegram').getByRole('button', { name: 'Connect Telegram' }).click()
    await page.getByLabel('Bot token').fill('123:secret')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Next: Look at your gallery' }).click()
    await page.waitForURL((url) => url.pathname === '/')
    await page.goto('/settings')
    await page.getByRole('link', { name: /^Profile/ }).waitFor()
    expect(await steps.count()).toBe(0)
  })

  it('resumes at the first missing step', async () => {
    const { page } = await atSettings(browser, phone)
    const steps = page.getByRole('region', { name: 'First steps' })
    expect(await steps.getByRole('listitem').allTextContents()).toEqual([
      expect.stringMatching(/Connect your storage\s*Done/),
      expect.stringMatching(/Choose the folder with your photos\s*Done/),
      expect.stringMatching(/Connect your channels\s*Next/),
      expect.stringMatching(/Look at your gallery\s*Later/),
    ])
  })
})
