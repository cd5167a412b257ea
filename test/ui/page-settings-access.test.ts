/** Folders, API keys and webhooks on the settings page. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem } from '../support/fakes/gallery-server.ts'
import { atSettings, saveButton, savedText } from '../support/fixtures/settings-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const focusedRow = (page: Page) => page.locator('[role=treeitem]:focus').textContent()

describe('the tree of folders', () => {
  it('opens levels and chooses the root by keyboard', async () => {
    const { page, studio, gallery } = await atSettings(browser, desktop, '/settings#folders')
    const photos = page.getByRole('treeitem', { name: 'Photos' })
    await photos.waitFor()
    expect(await photos.getAttribute('aria-selected')).toBe('true')
    await page.getByRole('treeitem', { name: 'Whole storage' }).focus()
    await page.keyboard.press('ArrowDown')
    expect(await focusedRow(page)).toBe('Photos')
    expect(gallery.asked.filter((path) => path.includes('folders'))).toHaveLength(1)
    await page.keyboard.press('ArrowRight')
    await page.getByRole('treeitem', { name: '2026' }).waitFor()
    await page.keyboard.press('ArrowRight')
    expect(await focusedRow(page)).toBe('2026')
    await page.keyboard.press('Enter')
    await saveButton(page).click()
    await savedText(page).waitFor()
    expect(studio.asked[0]?.body).toEqual({ storage: { paths: { root: '/Photos/2026' } } })
    await page.getByRole('treeitem', { name: '2026' }).focus()
    await page.keyboard.press('ArrowLeft')
    expect(await focusedRow(page)).toBe('Photos')
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('treeitem', { name: '2026' }).waitFor({ state: 'detached' })
    await page.keyboard.press('End')
    expect(await focusedRow(page)).toBe('Work')
    expect(await page.locator('[role=treeitem][tabindex="0"]').count()).toBe(1)
  })

  it('opens and chooses with taps, and names an empty folder', async () => {
    const { page, studio } = await atSettings(browser, phone, '/settings#folders')
    const work = page.getByRole('treeitem', { name: 'Work' })
    await work.locator('.twist').tap()
    await work.getByText('No folders in here').waitFor()
    await work.tap()
    await saveButton(page).click()
    await savedText(page).waitFor()
    expect(studio.asked[0]?.body).toEqual({ storage: { paths: { root: '/Work' } } })
  })

  it('explains a level that did not load, and loads it again', async () => {
    const { page, gallery } = await atSettings(browser, phone, '/settings#folders', (_studio, fake) => {
      fake.script('/api/connections/folders', () => problem(503, 'storage_unavailable'))
    })
    await page.getByText('Not available right now.').waitFor()
    gallery.script('/api/connections/folders', () =>
      Response.json({ folders: [{ name: 'Later', path: '/Later' }] }),
    )
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('treeitem', { name: 'Later' }).waitFor()
  })

  it('sends a gallery without a storage to the connections', async () => {
    const { page } = await atSettings(browser, phone, '/settings#folders', (studio) => {
      studio.connections = studio.connections.slice(1)
    })
    await page.getByText('Connect your storage first.').waitFor()
    expect(await page.getByRole('tree').count()).toBe(0)
  })
})

describe('API keys', () => {
  it('shows a key once, lists it, and deletes it after a confirmation', async () => {
    const { page, studio } = await atSettings(browser, phone, '/settings#access')
    await page.getByText('No API keys yet.').waitFor()
    await page.getByLabel('Name').fill('Lightroom')
    await page.getByRole('checkbox', { name: 'Publish', exact: true }).check()
    await page.getByLabel('Expires').selectOption('Never')
    await page.getByRole('button', { name: 'Create key' }).click()
    const secret = page.getByLabel('Copy this key now. It’s shown only once.')
    expect(await secret.inputValue()).toBe('shown-once')
    expect(studio.asked).toEqual([
      {
        method: 'POST',
        path: '/api/settings/keys',
        body: { name: 'Lightroom', scopes: ['read', 'publish'], expires_at: null },
      },
    ])
    await page.locator('.thing').getByText('Lightroom').waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    expect(await page.content()).not.toContain('shown-once')
    await page.getByRole('button', { name: 'Delete Lightroom' }).click()
    await page.getByText('Programs that use it stop working.').waitFor()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('No API keys yet.').waitFor()
  })

  it('copies a new key to the clipboard', async () => {
    const { page } = await atSettings(browser, desktop, '/settings#access')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByLabel('Name').fill('Lightroom')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('shown-once')
  })

  it('sends an end after the chosen time', async () => {
    const { page, studio } = await atSettings(browser, desktop, '/settings#access')
    await page.getByLabel('Name').fill('Lightroom')
    await page.getByLabel('Expires').selectOption('In 90 days')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.locator('.thing').getByText('Lightroom').waitFor()
    const body = studio.asked[0]?.body
    const end = typeof body === 'object' && body !== null ? Reflect.get(body, 'expires_at') : null
    expect((Date.parse(String(end)) - Date.now()) / 86_400_000).toBeCloseTo(90, 1)
  })
})

describe('webhooks', () => {
  it('shows their signing secret once, and explain a refused address', async () => {
    const { page, studio } = await atSettings(browser, phone, '/settings#access')
    await page.getByLabel('Address (https)').fill('https://10.0.0.1/hook')
    studio.instead = () =>
      Response.json({ code: 'webhook_refused', detail: 'Not on the public internet.' }, { status: 422 })
    await page.getByRole('button', { name: 'Add webhook' }).click()
    await page.getByRole('alert').getByText('Not on the public internet.').waitFor()
    studio.instead = null
    await page.getByLabel('Address (https)').fill('https://hooks.example.org/a')
    await page.getByRole('button', { name: 'Add webhook' }).click()
    await page.getByLabel('Copy this signing secret now. It’s shown only once.').waitFor()
    await page.locator('.thing').getByText('https://hooks.example.org/a').waitFor()
  })

  it('sends the chosen types of events', async () => {
    const { page } = await atSettings(browser, phone, '/settings#access')
    await page.getByLabel('Address (https)').fill('https://hooks.example.org/a')
    await page.getByText('Choose events').click()
    await page.getByLabel('Publishing failed').check()
    const sent = page.waitForRequest(
      (request) => request.url().endsWith('/api/settings/webhooks') && request.method() === 'POST',
    )
    await page.getByRole('button', { name: 'Add webhook' }).click()
    expect((await sent).postDataJSON()).toEqual({
      url: 'https://hooks.example.org/a',
      types: ['post.failed'],
    })
  })
})
