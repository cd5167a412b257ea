import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { acts } from '../../../orchestrator/console/acts/all.ts'
import { describeConsole } from '../../../orchestrator/console/api.ts'
import { createConsole } from '../../../orchestrator/console/app.ts'
import type { PeopleServices } from '../../../orchestrator/people-services.ts'
import { consoleOrigin, publicOrigin, startConsole } from '../../support/fixtures/console.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'

const mia = { name: 'mia', title: 'Mia', email: 'mia@photos.test' }
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
/** Returns the paths of all routes that change something, so that no new route escapes the attacks. */
function changesOf(services: PeopleServices): string[] {
  const routes = createConsole(services).routes.filter(
    ({ method, path }) => !['GET', 'ALL'].includes(method) && !path.includes('*'),
  )
  return [...new Set(routes.map(({ path }) => path.replaceAll(/:\w+/g, 'alice')))]
}

describe.each(databaseKinds)('an attacker of the console on %s', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.createMigrated())[Symbol.asyncDispose]())
  afterAll(databases.close)

  async function start() {
    const own = await databases.createMigrated()
    onTestFinished(() => own[Symbol.asyncDispose]())
    const database = await own.opened()
    const running = await startConsole(database)
    const olga = running.browser()
    await olga.signIn()
    return { database, olga, ...running }
  }

  it.each([
    ['a sibling host', { 'sec-fetch-site': 'same-site', origin: 'https://alice.publisher.test' }],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
    ['a typed address', { 'sec-fetch-site': 'none' }],
    ['an old browser on another origin', { 'sec-fetch-site': '', origin: 'https://evil.test' }],
    ['an old browser without any origin', { 'sec-fetch-site': '' }],
  ])('changes nothing from a page of %s', async (_, headers) => {
    const { database, olga, services } = await start()
    const changes = changesOf(services)
    expect(changes.length).toBeGreaterThan(30)
    const count = () => database.read.selectFrom('audit_head').selectAll().executeTakeFirst()
    const before = await count()
    for (const path of changes)
      expect([path, (await olga.send(path, { form: mia, headers })).status]).toEqual([path, 403])
    expect(await count()).toEqual(before)
  })

  it('reaches no page and no call without a session', async () => {
    const { browser, services } = await start()
    for (const { method, path } of acts) {
      const address = `/api${path.replaceAll(/\{\w+\}/g, 'alice')}`
      const options = { method: method.toUpperCase(), ...(method !== 'get' && { json: {} }) }
      expect([address, (await browser().send(address, options)).status]).toEqual([address, 401])
    }
    const pagesOnly = changesOf(services).filter(
      (each) => !each.startsWith('/api') && each !== '/auth/logout',
    )
    for (const path of pagesOnly)
      expect([path, (await browser().send(path, { form: {} })).status]).toEqual([path, 403])
  })

  it('finds the protecting headers on each page', async () => {
    const { olga, browser } = await start()
    const link = `${publicOrigin}/invitation/unknown`
    for (const answer of [
      ...(await Promise.all(pages.map((path) => olga.send(path)))),
      await browser().navigate(link),
    ]) {
      expect(answer.headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; .*base-uri 'none'; frame-ancestors 'none'/,
      )
      expect(answer.headers.get('content-security-policy')).not.toContain('unsafe')
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
        'strict-transport-security': expect.stringContaining('max-age='),
      })
      expect(answer.text).not.toMatch(/<script|style=|onclick/)
    }
  })

  it('gets 411 for a body without a length, and 413 for a large body', async () => {
    const { olga } = await start()
    const chunked = await olga.send('/add', { form: mia, headers: { 'transfer-encoding': 'chunked' } })
    const large = await olga.send('/add', { form: mia, headers: { 'content-length': '99999999' } })
    expect([chunked.status, large.status]).toEqual([411, 413])
  })

  it('injects no header and no markup through names, searches and addresses', async () => {
    const { olga } = await start()
    const mark = '"><script>alert(1)</script>'
    for (const path of [
      `/?search=${encodeURIComponent(mark)}`,
      `/audit?tenant=${encodeURIComponent(mark)}`,
      `/galleries/${encodeURIComponent(mark)}`,
    ]) {
      const answer = await olga.send(path)
      expect(answer.text).not.toContain('<script')
    }
    const split = await olga.send('/auth/login?return_to=%2F%0d%0aset-cookie:%20a=b')
    expect(split.headers.get('location')).not.toMatch(/set-cookie/)
    const added = await olga.send('/add', { form: { ...mia, title: mark } })
    expect(added.status).toBe(200)
    expect((await olga.send('/galleries/mia')).text).not.toContain('<script')
  })

  it('gets 422 for malformed input of each call, and no error of the server', async () => {
    const { olga, said } = await start()
    const inputs = [
      {},
      { tenants: [1] },
      { path: '__proto__.x', value: 1, tenants: ['alice'] },
      { email: 'no' },
    ]
    for (const { method, path } of acts.filter((each) => each.method !== 'get'))
      for (const json of inputs) {
        const address = `/api${path.replaceAll(/\{\w+\}/g, 'alice')}`
        const { status } = await olga.send(address, { method: method.toUpperCase(), json })
        expect([address, [200, 404, 409, 422].includes(status)]).toEqual([address, true])
      }
    expect((await olga.send('/api/galleries', { form: mia })).status).toBe(422)
    expect(said).toEqual([])
  })

  it('finds no secret on any page or in any answer', async () => {
    const { olga, browser, database } = await start()
    await olga.send('/api/galleries', { json: mia })
    const token = JSON.parse(
      (await olga.send('/api/tokens', { json: { name: 'x', scopes: ['runtime'] } })).text,
    )
    const webhook = JSON.parse(
      (await olga.send('/api/webhooks', { json: { url: 'https://hooks.example/x' } })).text,
    )
    const link = JSON.parse(
      (await olga.send('/api/galleries/mia/invitations', { json: { email: mia.email } })).text,
    )
    await browser().send(link.link, { form: {} })
    const secrets = [
      token.token,
      webhook.secret,
      link.link.split('/').at(-1),
      'canary-client-secret',
      'a-secret-of-at',
    ]
    const reads = acts
      .filter(({ method }) => method === 'get')
      .map(({ path }) => `/api${path.replaceAll(/\{\w+\}/g, 'mia')}`)
    for (const path of [...pages, '/galleries/mia', ...reads, '/openapi.json']) {
      const { text } = await olga.send(path)
      for (const secret of secrets) expect([path, text.includes(secret)]).toEqual([path, false])
    }
    const rows = await database.read.selectFrom('audit').selectAll().execute()
    for (const secret of secrets) expect(JSON.stringify(rows)).not.toContain(secret)
  })

  it('gets a refusal for a NUL in any field of any form, and no error of the server', async () => {
    const { olga, said, services } = await start()
    const names = [
      'expect',
      'config',
      'edit',
      'name',
      'email',
      'id',
      'tenant',
      'path',
      'paths',
      'hosts',
      'version',
    ]
    const form = Object.fromEntries(names.map((name) => [name, 'a\0b']))
    const paths = changesOf(services).filter((path) => !path.startsWith('/api') && path !== '/auth/logout')
    for (const path of paths) {
      const { status } = await olga.send(path, { form })
      const readsForm = path !== '/audit/verify' && !path.endsWith('/doctor')
      expect([path, status]).toEqual([path, readsForm ? 422 : 200])
    }
    for (const path of [
      '/?search=%00',
      '/audit?tenant=%00',
      '/galleries/%00',
      '/galleries/alice/history/%00',
    ])
      expect([path, (await olga.send(path)).status >= 500]).toEqual([path, false])
    expect(said).toEqual([])
  })

  it('reads a form of many names in time that grows with its length', async () => {
    const { olga } = await start()
    const form = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`a${index}`, '']))
    const begun = performance.now()
    expect((await olga.send('/tokens/revoke', { form })).status).toBe(422)
    expect(performance.now() - begun).toBeLessThan(5000)
  })

  it('reaches no private address by a webhook', async () => {
    const { olga } = await start()
    for (const url of [
      'http://hooks.example',
      'https://127.0.0.1',
      'https://169.254.169.254/',
      'file:///etc/passwd',
    ])
      expect((await olga.send('/api/webhooks', { json: { url } })).status).toBe(422)
  })
})

describe('the description of the console', () => {
  it('names each act once with its input and output', () => {
    const { paths } = describeConsole()
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
    expect(operations).toHaveLength(acts.length)
    expect(new Set(acts.map(({ id }) => id)).size).toBe(acts.length)
    expect(consoleOrigin).toMatch(/^https:/)
  })
})
