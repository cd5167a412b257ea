/** The full dance in a real browser against the demo, as a newcomer would try it. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openChromium, phone } from '../../scripts/chromium.ts'
import { type RunningDemo, startDemo } from './demo-process.ts'

let browser: Browser
let demo: RunningDemo
beforeAll(async () => {
  ;[browser, demo] = await Promise.all([openChromium(), startDemo('--port', '18080')])
}, 120_000)
afterAll(async () => {
  await browser.close()
  await demo.end()
})

function addressOf(tenant: string): string {
  const address = demo.addresses.find(({ hostname }) => hostname.startsWith(`${tenant}.`))
  if (!address) throw new Error(`The demo shows no ${tenant}.`)
  return address.href
}

async function photoShown(page: Page): Promise<string> {
  await page.waitForFunction(() => {
    const picture = document.querySelector('img')
    return picture?.complete && picture.naturalWidth > 0
  })
  return new URL(page.url()).search
}

async function whoAmI(page: Page): Promise<{ admin: boolean; email?: string }> {
  return page.evaluate(async () => (await fetch('/api/admin/status')).json())
}

it('signs in once: admin on the own gallery, nobody on the other, signed out of both', async () => {
  const context = await browser.newContext({ ...phone })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()

  await page.goto(addressOf('alice'))
  const photo = await photoShown(page)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'alice@example.org' }).click()
  await page.waitForURL(`${addressOf('alice')}${photo}`)
  await page.getByRole('button', { name: 'Account: alice@example.org' }).waitFor()
  expect(await whoAmI(page)).toEqual({ admin: true, email: 'alice@example.org' })

  // On the other gallery one tap is enough: nobody is asked again who they are.
  await page.goto(addressOf('bob'))
  await photoShown(page)
  const prompts: string[] = []
  page.on('framenavigated', (frame) => frame.url().includes('/choose/') && prompts.push(frame.url()))
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Account: alice@example.org' }).click()
  expect(await page.getByText('You are not an admin of this gallery.').isVisible()).toBe(true)
  expect(await whoAmI(page)).toEqual({ admin: false, email: 'alice@example.org' })
  const refused = await page.evaluate(async () => (await fetch('/api/library/objects')).status)
  expect(refused).toBe(403)
  expect(prompts).toEqual([])

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(`${addressOf('bob')}**`)
  await page.getByRole('link', { name: 'Sign in' }).waitFor()
  expect(await whoAmI(page)).toEqual({ admin: false })

  // The session at the provider has ended too: the next sign-in asks.
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'bob@example.org' }).click()
  await page.getByRole('button', { name: 'Account: bob@example.org' }).waitFor()
  expect(await whoAmI(page)).toEqual({ admin: true, email: 'bob@example.org' })
  await context.close()
}, 60_000)

it('goes back to the gallery when nobody is chosen', async () => {
  const context = await browser.newContext()
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  await page.goto(addressOf('alice'))
  await photoShown(page)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Nobody: go back' }).click()
  await page.getByRole('heading', { name: 'You were not signed in' }).waitFor()
  expect(await page.getByRole('link').count()).toBe(1)
  await context.close()
}, 60_000)
