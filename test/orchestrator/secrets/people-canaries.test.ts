/** The search for every secret that people enter, receive or cause, after all of it was used in a process of its own. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { storedValues } from '../../../orchestrator/secrets/stored-values.ts'
import { environmentToken, newKey, oldKey } from '../../support/fixtures/canaries.ts'
import { type Canary, canariesIn } from '../../support/fixtures/canary-search.ts'
import { startVendors } from '../../support/fixtures/canary-vendors.ts'
import { type DatabaseOfTest, databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { eventually } from '../../support/fixtures/eventually.ts'
import { startReceiver } from '../../support/fixtures/http-receiver.ts'
import { processBrowser } from '../../support/fixtures/process-browser.ts'
import { start } from '../../support/fixtures/program.ts'
import { run, serving } from '../../support/fixtures/secret-store.ts'
import { clientId, clientSecret, startProvider } from '../../support/fixtures/sign-in/identity-provider.ts'
import { filesOf, rowsOf } from '../../support/fixtures/stored-bytes.ts'

const main = fileURLToPath(new URL('../../../orchestrator/main.ts', import.meta.url))
const operator = 'olga@publisher.test'
const sessionSecret = `session-secret-${crypto.randomUUID()}`

describe.each(databaseKinds)('secrets of people in %s', (kind) => {
  const databases = databasesOf(kind, { hasOwnServer: true })
  beforeAll(async () => (await databases.createMigrated())[Symbol.asyncDispose]())
  afterAll(databases.close)

  it('keeps them out of files, tables, pages, answers, mails, backups and logs when everything was tried', async () => {
    await using database = await databases.createMigrated()
    await using receiver = await startReceiver()
    const port = await freePort()
    const [base, consoleOrigin] = [`http://127.0.0.1:${port}`, `http://console.test:${port}`]
    const vendors = await startVendors(base)
    onTestFinished(vendors.close)
    await using provider = await startProvider({ callbackOrigin: consoleOrigin })
    provider.accounts.set(operator, { email: operator, email_verified: true })
    provider.person = operator
    const noticeUrl = new URL(`smtp://notices@127.0.0.1:${vendors.mail.port}?ignoreTLS=true`)
    noticeUrl.password = vendors.secrets['password of the mail server']
    const variables = {
      ...database.variables,
      ...vendors.variables,
      ORCHESTRATOR_KEYS: `${newKey.text},${oldKey.text}`,
      ORCHESTRATOR_SERVICE_TOKEN: environmentToken,
      ORCHESTRATOR_PORT: String(port),
      ORCHESTRATOR_PUBLIC_URL: base,
      ORCHESTRATOR_BASE_DOMAIN: 'shibari.test',
      CONSOLE_HOST: new URL(consoleOrigin).host,
      OPERATOR_EMAILS: operator,
      OIDC_ISSUER_URL: provider.issuer,
      AUTH0_CLIENT_ID: clientId,
      AUTH0_CLIENT_SECRET: clientSecret,
      WEB_SESSION_SECRET: sessionSecret,
      NOTICE_SMTP_URL: noticeUrl.href,
      NOTICE_FROM: 'notices@publisher.test',
      ALLOW_PRIVATE_ENDPOINTS: 'true',
    }
    const known: Canary[] = [
      ...Object.entries(vendors.secrets).map(([name, secret]) => ({ name, secret })),
      { name: 'secret of the identity provider', secret: clientSecret },
      { name: 'secret of sessions', secret: sessionSecret },
      { name: 'token of the environment', secret: environmentToken },
      { name: 'old key', secret: oldKey.bytes },
      { name: 'new key', secret: newKey.bytes },
    ]
    const know = (name: string, secret: unknown) => {
      expect([name, String(secret).length]).toEqual([name, expect.any(Number)])
      expect(String(secret).length).toBeGreaterThan(12)
      known.push({ name, secret: String(secret) })
    }
    const outputs: string[] = []
    const opened = await database.opened()
    const served = start(main, { ...variables, PATH: process.env.PATH ?? '' })
    try {
      await served.says(/listens on/)
      const browser = processBrowser(port, [base, consoleOrigin], (text) => outputs.push(text))
      const studio = (tenant: string, path: string, json?: unknown, method?: string) => ({
        address: `${base}/v1/studio${path}`,
        sent: {
          ...(method !== undefined && { method }),
          ...(json !== undefined && { json }),
          headers: {
            authorization: `Bearer ${environmentToken}`,
            'x-tenant': tenant,
            'x-actor': 'ann@example.org',
          },
        },
      })
      const ask = async (...args: Parameters<typeof studio>) => {
        const { address, sent } = studio(...args)
        return browser.send(address, sent)
      }

      // The operator signs in, adds galleries, and makes everything that is shown once.
      expect((await browser.navigate(`${consoleOrigin}/auth/login`)).status).toBe(200)
      const api = async (path: string, json: unknown) => {
        const { status, text } = await browser.secretly(`${consoleOrigin}/api${path}`, { json })
        expect([path, status]).toEqual([path, 200])
        return JSON.parse(text)
      }
      const links: string[] = []
      for (const name of ['ann', 'bea', 'cia', 'dan']) {
        const added = await api('/galleries', { name, title: name, email: `${name}@example.org` })
        links.push(String(added.link))
        know(`link of ${name}`, String(added.link).split('.').at(-1))
      }
      know('service token', (await api('/tokens', { name: 'fleet', scopes: ['studio'] })).token)
      const hook = { url: receiver.url, types: [] }
      know('signing secret of the console', (await api('/webhooks', hook)).secret)
      for (const [path, body, member] of [
        ['/keys', { name: 'Lightroom', scopes: ['read'] }, 'key'],
        ['/webhooks', { url: receiver.url }, 'secret'],
      ] as const) {
        const { address, sent } = studio('ann', path, body)
        const answer = await browser.secretly(address, sent)
        expect([path, answer.status]).toEqual([path, 201])
        know(`${member} of the studio`, JSON.parse(answer.text)[member])
      }
      const [left = '', used = ''] = links
      expect((await browser.send(used)).status).toBe(200)
      expect((await browser.send(used, { form: {} })).status).toBe(303)
      expect((await browser.send(used, { form: {} })).status).toBe(404)

      // Everything is connected, also with refusals in between.
      for (const [at, { provider: name, values, allow }] of vendors.flows.entries()) {
        const tenant = name === 'gdrive' ? 'bea' : 'ann'
        const denied = await ask(tenant, `/connections/${name}`, values)
        expect([name, denied.status]).toEqual([name, 200])
        await learnStored(variables, know)
        const first = await browser.send(JSON.parse(denied.text).url)
        const state = new URL(first.headers.get('location') ?? '').searchParams.get('state')
        if (state !== null) {
          const code = `wrong-code-${crypto.randomUUID()}`
          know('wrong code', code)
          const callback = `${base}/connect/${name}/callback?${new URLSearchParams({ state, code })}`
          expect((await browser.send(callback)).headers.get('location')).toContain('refused=')
        }
        const begun = await ask(tenant, `/connections/${name}`, values)
        const started = await browser.send(JSON.parse(begun.text).url)
        await learnStored(variables, know)
        const answer = await allow(started.headers.get('location') ?? '')
        know(`code of ${name}`, answer.get('code'))
        // The keys of all tenants are replaced while the person is at the vendor.
        if (at < 2) await rotated(variables, outputs)
        const done = await browser.send(`${base}/connect/${name}/callback?${answer}`)
        expect([name, done.headers.get('location')]).toEqual([name, expect.stringContaining('connected=')])
      }
      for (const { provider: name, values } of vendors.pasted) {
        const tenant = { gdrive: 'cia', s3: 'dan' }[name] ?? 'bea'
        const broken = Object.fromEntries(Object.keys(values).map((key) => [key, known[0]?.secret]))
        expect((await ask(tenant, `/connections/${name}`, broken)).status).toBe(422)
        const connected = await ask(tenant, `/connections/${name}`, values)
        expect([name, connected.status, connected.status === 200 || connected.text]).toEqual([
          name,
          200,
          true,
        ])
      }
      await learnStored(variables, know)

      // A token dies: webhook and mail tell it.
      vendors.endDropbox()
      await opened.change((tx) =>
        tx
          .updateTable('connection')
          .set({ due_at: new Date(0).toISOString() })
          .execute(),
      )
      await eventually(() => expect(vendors.mail.mails.length).toBeGreaterThan(0))
      await eventually(() => expect(JSON.stringify(receiver.calls)).toContain('connection.broken'))
      outputs.push(JSON.stringify(receiver.calls), ...vendors.mail.mails.map(({ raw }) => raw))

      for (const value of browser.jar.values) if (value.length > 20) know('cookie', value)
      for (const tenant of ['ann', 'bea', 'cia', 'dan'])
        for (const path of ['', '/settings', '/connections', '/keys', '/webhooks', '/folders?path='])
          await ask(tenant, path)
      const pages = ['/', '/tokens', '/webhooks', '/keys', '/audit', '/openapi.json', '/api/galleries/ann']
      for (const page of [...pages, '/galleries/ann', '/galleries/bea', '/api/audit', '/api/tokens'])
        await browser.send(consoleOrigin + page)
      expect((await browser.send(`${consoleOrigin}/galleries/ann`)).status).toBe(200)

      const before = [(await ask('ann', '/keys')).text, (await ask('ann', '/connections')).text]
      const backup = join(database.directory, 'backup.jsonl.gz')
      for (const args of [
        ['audit', 'list', '--limit', '1000'],
        ['export', 'ann'],
        ['backup', backup],
      ]) {
        const { code, printed, said } = await run(variables, ...args)
        expect([args[0], code]).toEqual([args[0], 0])
        outputs.push(...printed, ...said)
      }
      const search = async (canaries: readonly Canary[]) => ({
        outputs: canariesIn(outputs.join('\n'), canaries),
        process: canariesIn(JSON.stringify(served.out), canaries),
        tables: canariesIn(await rowsOf(opened), canaries),
        files: (await filesOf(database, opened)).flatMap(({ bytes }) => canariesIn(bytes, canaries)),
      })
      const names = new Set(known.map(({ name }) => name.split(' ')[0]))
      for (const name of [
        'verifier',
        'd',
        'dpop_key',
        'clientSecret',
        'refresh_token',
        'access_token',
        'cookie',
      ])
        expect(names).toContain(name)
      expect(await search(known)).toEqual({ outputs: [], process: [], tables: [], files: [] })

      // The search can fail: it finds a planted secret.
      const words = vendors.secrets['app password']
      await opened.change((tx) => tx.updateTable('connection').set({ error_words: words }).execute())
      const planted = `${backup.slice(0, -'.jsonl.gz'.length)}-2.jsonl.gz`
      expect((await run(variables, 'backup', planted)).code).toBe(0)
      const found = await search(known.filter(({ name }) => name === 'app password'))
      expect([found.tables.length > 0, found.files.length > 1]).toEqual([true, true])
      const shownWords = JSON.stringify(
        await (await fetch(studio('bea', '/connections').address, studio('bea', '/connections').sent)).text(),
      )
      expect(canariesIn(shownWords, known)).not.toEqual([])
      outputs.push(await restored(databases, variables, { backup, link: left, before }))
      expect(canariesIn(outputs.join('\n'), known)).toEqual([])
    } finally {
      served.child.kill('SIGTERM')
      await served.exit
    }
    expect(canariesIn(JSON.stringify(served.out), known)).toEqual([])
  }, 180_000)
})

type Variables = Record<string, string>

/** Adds every secret that is stored sealed now. */
async function learnStored(
  variables: Variables,
  know: (name: string, secret: unknown) => void,
): Promise<void> {
  await using server = await serving(variables)
  const { database, envelope } = server
  const keys = await database.read.selectFrom('data_key').selectAll().execute()
  for (const tenant of new Set(keys.map((key) => key.tenant))) {
    const places = await database.change((tx) => storedValues(tx, tenant))
    for (const { sealed } of places) {
      const header = JSON.parse(Buffer.from(sealed.value.split('.')[0] ?? '', 'base64url').toString())
      const text = await envelope.open(sealed, header)
      const value: unknown = /^[{[]/.test(text) ? JSON.parse(text) : text
      for (const [path, secret] of leavesOf(value))
        know(`${path} of ${header.ref.split('/')[0]} of ${tenant}`, secret)
    }
  }
}

/** Names that a browser sees on its way, and so are no secrets: they stand in the address of the vendor's page. */
const seen = new Set(['state', 'clientId', 'url'])

/** Returns the texts that look random, with their names: long, without a space, an address or a name of a person. */
function leavesOf(value: unknown, name = ''): [name: string, secret: string][] {
  if (typeof value === 'string') {
    const isRandom = value.length >= 20 && !/[\s@]|:\/\/|^did:|^\[|\.(test|example)/.test(value)
    return isRandom && !seen.has(name) ? [[name, value]] : []
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, key))
}

async function rotated(variables: Variables, outputs: string[]): Promise<void> {
  const { code, printed, said } = await run(variables, 'rotate-keys', '--data')
  expect([code, JSON.parse(printed.join(''))]).toMatchObject([0, { unopened: 0 }])
  outputs.push(...said)
}

/** Restores a backup, and serves it in a process of its own: connections, keys and links are as they were. */
async function restored(
  databases: ReturnType<typeof databasesOf>,
  variables: Variables,
  { backup, link, before }: { backup: string; link: string; before: readonly string[] },
): Promise<string> {
  await using copy: DatabaseOfTest = await databases.create()
  const env = { ...variables, ...copy.variables, ORCHESTRATOR_PORT: '0', PATH: process.env.PATH ?? '' }
  const { code, said } = await run(env, 'restore', backup)
  expect([code, said]).toEqual([0, []])
  const served = start(main, env)
  try {
    const [, url = ''] = await served.says(/listens on (\S+)\n/)
    const headers = {
      authorization: `Bearer ${environmentToken}`,
      'x-tenant': 'ann',
      'x-actor': 'ann@a.test',
    }
    const read = async (path: string) => (await fetch(`${url}/v1/studio${path}`, { headers })).text()
    expect([await read('/keys'), await read('/connections')].map(withoutTimes)).toEqual(
      before.map(withoutTimes),
    )
    const page = await fetch(url + new URL(link).pathname)
    expect([page.status, (await page.text()).includes('ann@example.org')]).toEqual([200, true])
    return JSON.stringify(served.out)
  } finally {
    served.child.kill('SIGTERM')
    await served.exit
  }
}

/** Returns an answer without the times of the checks that run meanwhile. */
function withoutTimes(answer: string): string {
  return answer.replaceAll(/"since":"[^"]*"/g, '')
}

async function freePort(): Promise<number> {
  const receiver = await startReceiver()
  await receiver[Symbol.asyncDispose]()
  return Number(new URL(receiver.url).port)
}
