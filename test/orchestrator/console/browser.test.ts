import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../../dev/demo/ports.ts'
import { startOidcProvider } from '../../../dev/emulators/oidc.ts'
import { createDatabasePlane } from '../../../orchestrator/control-plane.ts'
import { parseEnvironment } from '../../../orchestrator/environment.ts'
import { type People, startPeople } from '../../../orchestrator/people.ts'
import { type RunningOrchestrator, startOrchestrator } from '../../../orchestrator/server.ts'
import { desktop, openChromium, phone } from '../../../scripts/chromium.ts'
import { expectAccessible } from '../../support/fixtures/axe.ts'
import { consoleVariables, operator } from '../../support/fixtures/console.ts'
import { type DatabaseOfTest, databasesOf } from '../../support/fixtures/databases.ts'
import { envelopeOfTest, fillDatabase } from '../../support/fixtures/reference-planes.ts'

const databases = databasesOf('sqlite')
const running: { stop: (() => Promise<unknown>)[]; origin: string; publicUrl: string } = {
  stop: [],
  origin: '',
  publicUrl: '',
}
let browser: Browser

beforeAll(async () => {
  const port = await freePort(18_090)
  running.origin = `http://console.localhost:${port}`
  running.publicUrl = `http://127.0.0.1:${port}`
  const provider = await startOidcProvider({
    callbackOrigins: [running.origin],
    people: [operator],
    port: 18_190,
  })
  const env = parseEnvironment({
    ...consoleVariables(provider.issuer),
    CONSOLE_HOST: new URL(running.origin).host,
    ORCHESTRATOR_PUBLIC_URL: running.publicUrl,
    AUTH0_CLIENT_ID: provider.clientId,
    AUTH0_CLIENT_SECRET: provider.clientSecret,
    ALLOW_PRIVATE_ENDPOINTS: 'true',
  })
  const own: DatabaseOfTest = await databases.createMigrated()
  const database = await own.opened()
  const envelope = envelopeOfTest(database)
  await fillDatabase(database)
  const plane = createDatabasePlane({ database, envelope, tokens: [], onFailure: () => {} })
  const people: People = startPeople({ env, database, envelope, registry: plane.registry, say: () => {} })
  const server: RunningOrchestrator = await startOrchestrator({
    plane,
    answerPeople: people.answer,
    port,
    hostname: '127.0.0.1',
  })
  browser = await openChromium()
  running.stop = [
    () => browser.close(),
    () => server.close(),
    () => people.close(),
    () => plane.close(),
    () => provider.close(),
    () => own[Symbol.asyncDispose](),
    () => databases.close(),
  ]
})

afterAll(async () => {
  for (const stop of running.stop) await stop()
})

const pages = [
  '/',
  '/add',
  '/galleries/alice',
  '/tokens',
  '/keys',
  '/webhooks',
  '/audit',
  '/operators',
  '/signed-out',
  '/nothing',
]

async function signedIn(size: object): Promise<Page> {
  const context = await browser.newContext(size)
  const page = await context.newPage()
  await page.goto(running.origin)
  await page.getByText(operator).first().click()
  await page.getByRole('heading', { level: 1 }).waitFor()
  return page
}

describe('the console in a browser', () => {
  it.each([
    ['a phone in English and the dark', { ...phone, locale: 'en-GB', colorScheme: 'dark' }],
    ['a desktop in German and the light', { ...desktop, locale: 'de-DE', colorScheme: 'light' }],
    ['a phone in German and the light', { ...phone, locale: 'de-DE', colorScheme: 'light' }],
    ['a desktop in English and the dark', { ...desktop, locale: 'en-GB', colorScheme: 'dark' }],
  ])(
    'is accessible on %s',
    async (_, size) => {
      const page = await signedIn(size)
      for (const path of pages) {
        await page.goto(running.origin + path)
        for (const summary of await page.locator('summary').all()) await summary.click()
        await expectAccessible(page)
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        expect([path, overflow <= 0]).toEqual([path, true])
      }
      await page.goto(`${running.publicUrl}/invitation/unknown`)
      await expectAccessible(page)
      await page.context().close()
    },
    60_000,
  )

  it.each([
    ['phone', phone],
    ['desktop', desktop],
  ])('lets an operator add a gallery and send its invitation on a %s', async (name, size) => {
    const page = await signedIn({ ...size, locale: 'en-GB' })
    const start = performance.now()
    await page.getByRole('link', { name: 'Add a gallery' }).click()
    await page.getByLabel('Name').fill(`mia-${name}`)
    await page.getByLabel('Title').fill('Mia in Rope')
    await page.getByLabel('E-mail of the photographer').fill('mia@photos.test')
    await page.getByRole('button', { name: 'Add gallery' }).click()
    const link = await page.getByLabel('Invitation link').inputValue()
    await expectAccessible(page)
    expect(performance.now() - start).toBeLessThan(60_000)
    const visitor = await (await browser.newContext({ ...size, locale: 'en-GB' })).newPage()
    await visitor.goto(link)
    await expectAccessible(visitor)
    const toGallery = visitor.waitForRequest((request) => request.url().includes('/auth/login'))
    await visitor.getByRole('button', { name: 'Accept the invitation' }).click()
    expect((await toGallery).url()).toBe(`http://mia-${name}.shibari.test/auth/login?return_to=%2Fsettings`)
    await page.goto(`${running.origin}/galleries/mia-${name}`)
    expect(await page.locator('#invitations').textContent()).toContain('accepted')
    await page.context().close()
    await visitor.context().close()
  })

  it('shows the difference of settings, publishes it and rolls it back', async () => {
    const page = await signedIn({ ...phone, locale: 'en-GB' })
    await page.goto(`${running.origin}/galleries/alice`)
    await page.getByText('content', { exact: true }).click()
    await page.getByLabel('content.hashtag_string').fill('#rope')
    await page.getByRole('button', { name: 'Show difference' }).first().click()
    await expectAccessible(page)
    expect(await page.locator('main').textContent()).toContain('#rope')
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.locator('#history').getByRole('link', { name: 'Difference' }).first().click()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Roll back' }).click()
    await page.locator('#history').waitFor()
    expect(await page.getByLabel('content.hashtag_string').inputValue()).toBe('')
    await page.context().close()
  })
})
