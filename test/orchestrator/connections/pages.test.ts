import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { beginConnection } from '../../../orchestrator/connections/connect.ts'
import { VendorRefused } from '../../../orchestrator/connections/vendor.ts'
import {
  browserOn,
  callbackFor,
  configOf,
  connectionServices,
  createGalleries,
  personOfTest,
  publicUrl,
  scriptedVendor,
  secretsOf,
} from '../../support/fixtures/connections.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'

describe.each(databaseKinds)('the pages of connections on %s', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.create())[Symbol.asyncDispose]())
  afterAll(databases.close)

  async function start(variables: Record<string, string> = {}) {
    const own = await databases.createMigrated()
    onTestFinished(() => own[Symbol.asyncDispose]())
    const database = await own.opened()
    await createGalleries(database, ['alice', 'bob'])
    let now = Date.parse('2026-12-01T12:00:00Z')
    const dropbox = scriptedVendor('dropbox')
    const instagram = scriptedVendor('instagram')
    const made = connectionServices(database, { vendors: [dropbox, instagram], now: () => now, variables })

    async function begin(values: unknown = {}, tenant = 'alice', returnTo?: string): Promise<string> {
      const begun = await beginConnection(made.services, {
        ...{ tenant, provider: 'dropbox', actor: personOfTest, values, returnTo, language: 'en' },
      })
      if (!('url' in begun)) throw new Error('no address')
      return begun.url
    }

    return {
      ...made,
      database,
      dropbox,
      begin,
      wait: (ms: number) => {
        now += ms
      },
      /** Leads a browser to the vendor, and returns the address of the callback. */
      async toVendor(browser = browserOn(made.pages), answer?: Record<string, string>) {
        const page = await browser.open(await begin())
        expect(page.status).toBe(303)
        return { browser, callback: callbackFor(page.headers.get('location'), answer) }
      },
    }
  }

  it('connects the account, and returns to the page of the gallery', async () => {
    const { database, toVendor } = await start()
    const { browser, callback } = await toVendor()
    expect([...browser.cookies.keys()]).toEqual([expect.stringMatching(/^__Host-connect-[0-9a-f]{16}$/)])
    const answer = await browser.open(callback)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('https://alice.shibari.test/settings?connected=dropbox')
    expect(browser.cookies.size).toBe(0)
    expect(await secretsOf(database, 'alice', 'storage')).toMatchObject({
      refresh_token: 'canary-token-of-ann',
    })
    expect(await configOf(database, 'alice')).toMatchObject({
      storage: { provider: 'dropbox', credentials_ref: 'storage', paths: { root: '/Photos' } },
      appearance: { title: 'Ropes' },
    })
    const dump = JSON.stringify([
      await database.read.selectFrom('connection_attempt').selectAll().execute(),
      await database.read.selectFrom('audit').selectAll().execute(),
      await database.read.selectFrom('connection').selectAll().execute(),
    ])
    expect(dump).not.toContain('canary')
  })

  it('sends headers that keep each page out of caches, frames and referrers', async () => {
    const { pages, begin } = await start()
    const browser = browserOn(pages)
    const [first, lost] = [await browser.open(await begin()), await browser.open('/connect/dropbox/start')]
    for (const { headers } of [first, lost]) {
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';.*frame-ancestors 'none'/)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    }
    const [cookie] = first.headers.getSetCookie()
    expect(cookie).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  })

  it('asks before it leads a browser that comes from elsewhere to the vendor', async () => {
    const { pages, begin, dropbox, database } = await start()
    const browser = browserOn(pages)
    const url = await begin()
    for (const site of ['cross-site', 'none']) {
      const page = await browser.open(url, { 'sec-fetch-site': site, 'accept-language': 'de-DE,de;q=0.9' })
      expect(page.status).toBe(200)
      const text = await page.text()
      expect(text).toContain('lang="de"')
      expect(text).toContain('Dropbox mit alice.shibari.test verbinden?')
      expect(text).toContain(personOfTest.name)
      expect(browser.cookies.size).toBe(0)
      const [, href = ''] = /href="([^"]+)"/.exec(text) ?? []
      expect(new URL(href.replaceAll('&amp;', '&'), publicUrl).href).toBe(url)
    }
    expect((await browser.open(url, { 'sec-fetch-site': 'same-origin' })).status).toBe(303)
    expect(dropbox.checks).toEqual([])
    const rows = await database.read.selectFrom('connection').selectAll().execute()
    expect(rows).toEqual([])
  })

  it('refuses a second browser, and lets the first browser start again', async () => {
    const { pages, begin } = await start()
    const [own, other] = [browserOn(pages), browserOn(pages)]
    const url = await begin()
    const first = await own.open(url)
    expect((await other.open(url)).status).toBe(400)
    const second = await own.open(url)
    expect(second.headers.get('location')).toBe(first.headers.get('location'))
  })

  it('refuses the callback in another browser, and still takes it in the right browser', async () => {
    const { pages, toVendor, database } = await start()
    const { browser, callback } = await toVendor()
    const victim = browserOn(pages)
    const own = await toVendor(victim)
    expect((await victim.open(callback)).status).toBe(400)
    expect(await database.read.selectFrom('connection').selectAll().execute()).toEqual([])
    expect((await browser.open(callback)).status).toBe(303)
    expect((await victim.open(own.callback)).status).toBe(303)
  })

  it('takes a state once, also for two requests at once', async () => {
    const { toVendor, dropbox } = await start()
    const { browser, callback } = await toVendor()
    const finished: string[] = []
    dropbox.finish = async (answer) => void finished.push(String(answer.get('code')))
    const cookies = new Map(browser.cookies)
    const again = () => {
      for (const [name, value] of cookies) browser.cookies.set(name, value)
      return browser.open(callback)
    }
    const answers = await Promise.all([again(), again(), again()])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 400, 400])
    expect((await again()).status).toBe(400)
    expect(finished).toEqual(['canary-code'])
  })

  it('refuses an expired state, a forged state, two states, and the state of another provider', async () => {
    const { toVendor, wait, database } = await start()
    const { browser, callback } = await toVendor()
    const state = new URL(callback).searchParams.get('state') ?? ''
    const wrong = [
      callback.replace('/dropbox/', '/instagram/'),
      callback.replace('/dropbox/', '/nonsense/'),
      callback.replace('/dropbox/', '/telegram/'),
      `${callback}&state=${state}`,
      callback.replace(state, `${state.slice(0, -1)}${state.endsWith('A') ? 'B' : 'A'}`),
      callback.replace(state, "<script>alert(1)</script>'--"),
      callback.replace(state, ''),
      `${publicUrl}/connect/dropbox/callback`,
    ]
    for (const url of wrong) {
      const answer = await browser.open(url)
      expect(answer.status).toBe(400)
      expect(await answer.text()).not.toContain('alert(1)')
    }
    wait(10 * 60_000)
    expect((await browser.open(callback)).status).toBe(400)
    expect(await database.read.selectFrom('connection').selectAll().execute()).toEqual([])
  })

  it("refuses another server's answer", async () => {
    const { toVendor, database } = await start()
    const { browser, callback } = await toVendor(undefined, { code: 'c', iss: 'https://evil.example' })
    const answer = await browser.open(callback)
    expect(answer.headers.get('location')).toBe(
      'https://alice.shibari.test/settings?refused=dropbox&reason=invalid',
    )
    expect(await database.read.selectFrom('connection').selectAll().execute()).toEqual([])
  })

  it('returns with the reason of a refusal, and keeps the words of the vendor', async () => {
    const { toVendor, dropbox, services } = await start()
    dropbox.refusal = new VendorRefused('denied', 'The user said no.', 'access_denied')
    const { browser, callback } = await toVendor()
    const answer = await browser.open(callback)
    expect(answer.headers.get('location')).toBe(
      'https://alice.shibari.test/settings?refused=dropbox&reason=denied',
    )
    const { listConnections } = await import('../../../orchestrator/connections/connect.ts')
    const [shown] = await listConnections(services, 'alice')
    expect(shown).toMatchObject({
      provider: 'dropbox',
      state: 'not_connected',
      error: { code: 'access_denied', words: 'The user said no.' },
    })
  })

  it('returns with a reason when the vendor fails in an unknown way, and names no secret', async () => {
    const { toVendor, dropbox, said } = await start()
    dropbox.refusal = new TypeError('fetch failed: https://vendor.example/?code=canary-code')
    const { browser, callback } = await toVendor()
    expect((await browser.open(callback)).headers.get('location')).toContain('reason=unavailable')
    expect(said.join()).toContain('TypeError')
    expect(said.join()).not.toContain('canary')
  })

  it('returns to settings pages of the own gallery only', async () => {
    const { begin } = await start()
    const refused = [
      'https://bob.shibari.test/settings',
      'https://alice.shibari.test.evil.example/settings',
      'https://alice.shibari.test@evil.example/settings',
      'https://user:pass@alice.shibari.test/settings',
      'https://alice.shibari.test/settings/../admin',
      'https://alice.shibari.test/settings%2f..%2fadmin',
      'https://alice.shibari.test/settings?next=//evil.example',
      'https://alice.shibari.test/settings#x',
      'https://alice.shibari.test:8443/settings',
      'http://alice.shibari.test/settings',
      'javascript:alert(1)',
      '//evil.example/settings',
      'https://alice.shibari.test/settings\r\nset-cookie: a=b',
      `https://alice.shibari.test/settings${'x'.repeat(5000)}`,
    ]
    for (const returnTo of refused)
      await expect(begin({}, 'alice', returnTo)).rejects.toMatchObject({ name: 'Refused' })
    await expect(begin({}, 'alice', 'https://alice.shibari.test/settings')).resolves.toContain(publicUrl)
  })

  it('allows HTTP and ports where private servers are allowed', async () => {
    const { begin } = await start({ ALLOW_PRIVATE_ENDPOINTS: 'true' })
    await expect(begin({}, 'alice', 'http://alice.shibari.test:8080/settings')).resolves.toContain(publicUrl)
    await expect(begin({}, 'alice', 'http://bob.shibari.test:8080/settings')).rejects.toThrow('return_to')
  })

  it('keeps the account when the person signed in to another account, unless the person wants another', async () => {
    const { toVendor, begin, dropbox, database } = await start()
    const first = await toVendor()
    await first.browser.open(first.callback)
    dropbox.account = 'eve'
    const second = await toVendor()
    expect((await second.browser.open(second.callback)).headers.get('location')).toContain(
      'reason=wrong_account',
    )
    expect(await secretsOf(database, 'alice', 'storage')).toMatchObject({
      refresh_token: 'canary-token-of-ann',
    })
    const page = await second.browser.open(await begin({ again: true }))
    expect(page.headers.get('location')).toContain('again=true')
    await second.browser.open(callbackFor(page.headers.get('location')))
    expect(await secretsOf(database, 'alice', 'storage')).toMatchObject({
      refresh_token: 'canary-token-of-eve',
    })
  })

  it('keeps the refresh token when the vendor sends none to the same account', async () => {
    const { toVendor, dropbox, database } = await start()
    const first = await toVendor()
    await first.browser.open(first.callback)
    dropbox.next = { credentials: { provider: 'dropbox', refresh_token: '', note: 'second' } }
    const second = await toVendor()
    await second.browser.open(second.callback)
    expect(await secretsOf(database, 'alice', 'storage')).toEqual({
      provider: 'dropbox',
      refresh_token: 'canary-token-of-ann',
      note: 'second',
    })
  })

  it("does not open an attempt that was copied to another tenant's row", async () => {
    const { toVendor, database } = await start()
    const { browser, callback } = await toVendor()
    const state = new URL(callback).searchParams.get('state') ?? ''
    await database.change((tx) =>
      tx.updateTable('connection_attempt').set({ tenant: 'bob' }).where('id', '=', state).execute(),
    )
    expect((await browser.open(callback)).status).toBe(503)
    expect(await database.read.selectFrom('connection').selectAll().execute()).toEqual([])
  })

  it('limits the attempts of a tenant', async () => {
    const { begin } = await start()
    const answers = await Promise.allSettled(Array.from({ length: 52 }, () => begin()))
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(2)
    await expect(begin({}, 'bob')).resolves.toContain(publicUrl)
  })

  it('asks no vendor any more after too many attempts, also when the vendor refused each', async () => {
    const { begin, dropbox, wait } = await start()
    let asked = 0
    Object.assign(dropbox.oauth ?? {}, {
      async begin() {
        asked++
        throw new VendorRefused('bad_address', 'No server answers.')
      },
    })
    await Promise.allSettled(Array.from({ length: 60 }, () => begin()))
    expect(asked).toBe(50)
    wait(10 * 60_000)
    await expect(begin()).rejects.toMatchObject({ reason: 'bad_address' })
  })
})
