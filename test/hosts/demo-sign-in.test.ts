/** The complete sign-in in a real browser against the demo, as a newcomer would use it. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { openChromium, phone } from '../../scripts/chromium.ts'
import { type RunningDemo, startDemo } from '../support/fixtures/demo-process.ts'

let browser: Browser
let starting: [Promise<RunningDemo>, Promise<RunningDemo>]
/** Workers demo below demo.localhost, where all galleries share a cookie. */
let shared: RunningDemo
/** Node demo on localhost, where each gallery has its own cookie. */
let separate: RunningDemo
beforeAll(async () => {
  starting = [startDemo('--worker', '--domain', 'demo.localhost'), startDemo()]
  ;[browser, shared, separate] = await Promise.all([openChromium(), ...starting])
}, 120_000)
afterAll(async () => {
  await browser?.close()
  // A demo may have failed to start.
  for (const demo of await Promise.allSettled(starting))
    if (demo.status === 'fulfilled') await demo.value.end()
})

function addressOf(tenant: string, { addresses }: RunningDemo): string {
  const address = addresses.find(({ hostname }) => hostname.startsWith(`${tenant}.`))
  if (!address) throw new Error(`The demo shows no ${tenant}.`)
  return address.href
}

interface Visitor {
  context: BrowserContext
  page: Page
  /** Addresses at which the provider showed its login prompt. */
  questions: string[]
}

async function newVisitor(): Promise<Visitor> {
  const context = await browser.newContext({ ...phone })
  onTestFinished(() => context.close())
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const questions: string[] = []
  page.on('framenavigated', (frame) => {
    if (new URL(frame.url()).pathname.startsWith('/choose/')) questions.push(frame.url())
  })
  return { context, page, questions }
}

/** Miniflare encodes AVIF slowly: three pictures at once take 14 s on two busy cores. */
const firstPictureMs = 60_000

/** Opens a gallery and waits for its photo. Returns the page's address. */
async function visit(page: Page, address: string): Promise<string> {
  await page.goto(address)
  const isShown = () => {
    const picture = document.querySelector('img')
    return picture?.complete && picture.naturalWidth > 0
  }
  await page.waitForFunction(isShown, undefined, { timeout: firstPictureMs })
  return page.url()
}

const account = (page: Page, email: string) => page.getByRole('button', { name: `Account: ${email}` })
const signInLink = (page: Page) => page.getByRole('link', { name: 'Sign in' })
const person = (page: Page, email: string) => page.getByRole('button', { name: email })

function status(page: Page): Promise<{ admin: boolean; email?: string }> {
  return page.evaluate(async () => (await fetch('/api/admin/status')).json())
}

async function signInAsAlice({ page }: Visitor, gallery: string): Promise<void> {
  const photo = await visit(page, gallery)
  await signInLink(page).click()
  await person(page, 'alice@example.org').click()
  await account(page, 'alice@example.org').waitFor()
  expect(page.url()).toBe(photo)
  expect(await status(page)).toEqual({ admin: true, email: 'alice@example.org' })
}

/** Expects the page of another admin's gallery. */
async function expectToBeNobody(page: Page): Promise<void> {
  await account(page, 'alice@example.org').click()
  expect(await page.getByText('You’re not an admin of this gallery.').isVisible()).toBe(true)
  expect(await page.getByRole('button', { name: 'Publish', exact: true }).count()).toBe(0)
  expect(await status(page)).toEqual({ admin: false, email: 'alice@example.org' })
  expect(await page.evaluate(async () => (await fetch('/api/library/objects')).status)).toBe(403)
}

/** Signs out through the open account menu, and expects the same page and a new prompt of the provider. */
async function signOut({ page, questions }: Visitor): Promise<void> {
  const before = page.url()
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await signInLink(page).waitFor()
  expect(page.url()).toBe(before)
  expect(await status(page)).toEqual({ admin: false })
  const asked = questions.length
  await signInLink(page).click()
  await person(page, 'bob@example.org').waitFor()
  expect(questions).toHaveLength(asked + 1)
}

it('signs in and out once for galleries that share a cookie, with admin rights only on the person’s own gallery', async () => {
  const visitor = await newVisitor()
  const { page, questions } = visitor
  await signInAsAlice(visitor, addressOf('alice', shared))
  expect(questions).toHaveLength(1)

  await visit(page, addressOf('bob', shared))
  await expectToBeNobody(page)
  expect(questions).toHaveLength(1)

  await signOut(visitor)
  await visit(page, addressOf('alice', shared))
  await signInLink(page).waitFor()
  expect(await status(page)).toEqual({ admin: false })
}, 180_000)

it('prompts once for galleries with separate cookies, with admin rights only on the person’s own gallery', async () => {
  const visitor = await newVisitor()
  const { page, questions } = visitor
  await signInAsAlice(visitor, addressOf('alice', separate))

  const photo = await visit(page, addressOf('bob', separate))
  await signInLink(page).click()
  await account(page, 'alice@example.org').waitFor()
  expect(page.url()).toBe(photo)
  await expectToBeNobody(page)
  expect(questions).toHaveLength(1)

  await signOut(visitor)
  await person(page, 'bob@example.org').click()
  await account(page, 'bob@example.org').waitFor()
  expect(await status(page)).toEqual({ admin: true, email: 'bob@example.org' })
  // The browser still has the other gallery's cookie, but the sign-out ended its session.
  await visit(page, addressOf('alice', separate))
  expect(await status(page)).toEqual({ admin: false })
}, 180_000)

it('signs out on all devices on request and confirms it', async () => {
  const [phone, laptop] = [await newVisitor(), await newVisitor()]
  await signInAsAlice(phone, addressOf('alice', separate))
  await signInAsAlice(laptop, addressOf('alice', separate))
  const photo = phone.page.url()
  await account(phone.page, 'alice@example.org').click()
  await phone.page.getByRole('button', { name: 'Sign out everywhere' }).click()
  await phone.page.getByText('You’re signed out on all devices.').waitFor()
  await signInLink(phone.page).waitFor()
  expect(phone.page.url()).toBe(photo)
  expect(await status(laptop.page)).toEqual({ admin: false })
}, 180_000)

it('prompts again when a fresh sign-in is requested and returns to the page', async () => {
  const visitor = await newVisitor()
  const { page, questions } = visitor
  const gallery = addressOf('alice', separate)
  await signInAsAlice(visitor, gallery)
  expect(questions).toHaveLength(1)
  const back = new URLSearchParams({ fresh: 'true', return_to: '/?view=grid' })
  await page.goto(new URL(`/auth/login?${back}`, gallery).href)
  await person(page, 'alice@example.org').click()
  await page.waitForURL(new URL('/?view=grid', gallery).href)
  expect(questions).toHaveLength(2)
  expect(await status(page)).toEqual({ admin: true, email: 'alice@example.org' })
}, 180_000)

it('returns to the gallery when no account is chosen', async () => {
  const { page } = await newVisitor()
  await visit(page, addressOf('alice', separate))
  await signInLink(page).click()
  await page.getByRole('button', { name: 'Cancel and go back' }).click()
  await page.getByRole('heading', { name: 'Sign-in failed' }).waitFor()
  await page.getByRole('link').click()
  await page.waitForURL(`${addressOf('alice', separate)}**`)
}, 180_000)
