/** The settings page in a browser, against the routes of a fleet. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openChromium, phone } from '../../scripts/chromium.ts'
import { offered } from '../support/fakes/studio-answers.ts'
import { adminRequest, auth, signInVariables } from '../support/fixtures/admin.ts'
import { baseDomain, type Fleet, markedConfig, startFleet } from '../support/fixtures/fleet.ts'
import { nodeHost } from '../support/fixtures/hosts.ts'
import { saveButton, savedText } from '../support/fixtures/settings-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const alice = `alice.${baseDomain}`
const answer = (title: string, config_version: string) => ({
  status: 200,
  headers: { etag: `"${config_version}"` },
  body: {
    settings: { appearance: { title } },
    locked: [],
    config_version,
    offered: { key_scopes: ['read'] },
  },
})

/** Opens the page of a signed-in admin. The test sends each request of the browser to the fleet, so that no name has to resolve. */
async function opened(fleet: Fleet, address: string): Promise<Page> {
  const context = await browser.newContext({ ...phone, baseURL: `https://${alice}` })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  await page.route('**/*', async (route) => {
    const request = route.request()
    const url = new URL(request.url())
    const body = request.postData()
    const { origin, 'content-type': type, 'if-match': match } = await request.allHeaders()
    const response = await adminRequest(fleet, 'alice', url.pathname + url.search, {
      method: request.method(),
      headers: {
        ...(origin && { origin }),
        ...(type && { 'content-type': type }),
        ...(match && { 'if-match': match }),
      },
      ...(body !== null && { body }),
    })
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    })
  })
  await page.goto(address)
  return page
}

describe('the settings page of a fleet', () => {
  it('saves settings, and tells what another device changed first', async () => {
    await using fleet = await startFleet(nodeHost, signInVariables)
    fleet.orchestrator.tenants.set(alice, { config: { ...markedConfig(false), auth } })
    let changes = 0
    fleet.orchestrator.script = ({ method, path }) => {
      if (path === '/v1/studio/connections') return { status: 200, body: { connections: [] } }
      if (path !== '/v1/studio/settings') return undefined
      if (method === 'GET') return changes === 1 ? answer('Theirs', 'v2') : answer('Alice', 'v1')
      changes += 1
      if (changes > 1) return answer('Mine', 'v3')
      const newer = { ...answer('Theirs', 'v2').body, code: 'settings_changed', detail: 'Newer.' }
      return { status: 409, body: newer }
    }
    const page = await opened(fleet, '/settings#profile')
    const title = page.getByLabel('Title', { exact: true })
    await title.fill('Mine')
    await saveButton(page).click()
    await page.locator('.foreign').getByText('Theirs', { exact: true }).waitFor()
    await saveButton(page).click()
    await savedText(page).waitFor()
    expect(await title.inputValue()).toBe('Mine')
    const sent = fleet.orchestrator.calls.filter(({ method }) => method === 'PATCH')
    expect(sent).toHaveLength(2)
  })

  it('connects an account with pasted values, and shows why the vendor refused them', async () => {
    await using fleet = await startFleet(nodeHost, signInVariables)
    fleet.orchestrator.tenants.set(alice, { config: { ...markedConfig(false), auth } })
    const fields = [{ name: 'bot_token', way: 'pasted', description: '', required: true, secret: true }]
    const telegram = offered('telegram', 'channel', { ways: ['pasted'], fields })
    let tries = 0
    fleet.orchestrator.script = ({ method, path }) => {
      if (path === '/v1/studio/settings') return answer('Alice', 'v1')
      if (path === '/v1/studio/connections') return { status: 200, body: { connections: [telegram] } }
      if (path !== '/v1/studio/connections/telegram' || method !== 'POST') return undefined
      tries += 1
      if (tries === 1) {
        const detail = 'Unauthorized'
        return { status: 422, body: { code: 'connection_refused', detail, reason: 'invalid' } }
      }
      Object.assign(telegram, { state: 'ok', account: '@alice_bot' })
      return { status: 200, body: { connection: telegram } }
    }
    const page = await opened(fleet, '/settings#connections')
    await page.getByRole('button', { name: 'Connect Telegram' }).click()
    await page.getByLabel('Bot token').fill('123:secret')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('Unauthorized').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('Telegram is connected.').waitFor()
    await page.getByText('@alice_bot').waitFor()
  })

  it('shows the values to read where the control plane has no studio', async () => {
    await using fleet = await startFleet(nodeHost, signInVariables)
    fleet.orchestrator.tenants.set(alice, { config: { ...markedConfig(true), auth } })
    fleet.orchestrator.script = ({ path }) =>
      path.startsWith('/v1/studio') ? { status: 404, body: { code: 'not_found' } } : undefined
    const page = await opened(fleet, '/settings')
    await page.getByText('ask your operator').waitFor()
    expect(await page.locator('.values').textContent()).toMatch(/Public gallery(On|Off)/)
  })
})
