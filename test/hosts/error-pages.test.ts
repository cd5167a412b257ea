import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { baseDomain, https, markedConfig, sessionSecret, startFleet } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, nodeHost, type RunningHost } from '../support/fixtures/hosts.ts'

const navigating = { ...https, accept: 'text/html,*/*;q=0.8' }
const local = { FORCE_HTTPS: 'false', ORCHESTRATOR_BASE_DOMAIN: 'localhost' }
const listed = { ...local, DEVELOPMENT_HOSTS: 'alice.localhost, bob.localhost' }

async function pageOf(host: RunningHost, name: string, path = '/') {
  const answer = await host.request(name, path, { headers: { ...navigating, 'x-request-id': 'same' } })
  answer.headers.delete('date')
  return { status: answer.status, headers: [...answer.headers].sort(), body: await answer.text() }
}

describeOnBothHosts('an error page', (kind) => {
  it('links one stylesheet that each host serves and contains no inline code', async () => {
    await using fleet = await startFleet(kind)
    fleet.orchestrator.tenants.set(`alice.${baseDomain}`, { config: markedConfig(true) })
    for (const host of [`alice.${baseDomain}`, `nobody.${baseDomain}`, `app.${baseDomain}`, baseDomain]) {
      const { status, body } = await pageOf(fleet.host, host, '/nonsense')
      expect(status).toBe(404)
      expect(body).not.toMatch(/<style|style=|<script/)
      const href = /<link rel="stylesheet" href="([^"]+)">/.exec(body)?.[1] ?? 'none'
      const sheet = await fleet.host.request(host, href, { headers: https })
      expect([sheet.status, sheet.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8'])
      expect(await sheet.text()).toContain('prefers-color-scheme: light')
    }
  })

  it('looks the same for each unknown host, even where DEVELOPMENT_HOSTS would match', async () => {
    await using fleet = await startFleet(kind, { ORCHESTRATOR_BASE_DOMAIN: 'localhost' })
    fleet.orchestrator.tenants.set('alice.localhost', { config: markedConfig(true) })
    const hosts = [
      'nobody.localhost',
      'localhost',
      'app.localhost',
      'www.localhost',
      '127.0.0.1',
      'example.org',
    ]
    const pages = await Promise.all(
      hosts.flatMap((host) => ['/', '/nonsense'].map((path) => pageOf(fleet.host, host, path))),
    )
    expect(new Set(pages.map((page) => JSON.stringify(page))).size).toBe(1)
    expect(pages[0]?.body).not.toContain('alice')
  })

  it('links back to the gallery when the path is unknown', async () => {
    await using fleet = await startFleet(kind)
    fleet.orchestrator.tenants.set(`alice.${baseDomain}`, { config: markedConfig(true) })
    const { body } = await pageOf(fleet.host, `alice.${baseDomain}`, '/nonsense')
    expect(body).toContain('<a href="/">Open the gallery</a>')
  })

  it('lists the galleries in development when the host is unknown', async () => {
    await using fleet = await startFleet(kind, listed)
    for (const host of ['localhost:8080', 'nobody.localhost:8080', 'app.localhost:8080', '127.0.0.1:8080']) {
      const { status, body } = await pageOf(fleet.host, host)
      expect(status).toBe(404)
      expect(body).toContain('<a href="http://alice.localhost:8080/">alice.localhost</a>')
      expect(body).toContain('<a href="http://bob.localhost:8080/">bob.localhost</a>')
    }
    const program = await fleet.host.request('localhost:8080', '/', {
      headers: { accept: 'application/json' },
    })
    expect(await program.text()).not.toContain('alice')
  })
})

it.each([
  ['in development', local, true],
  ['in production', { ORCHESTRATOR_BASE_DOMAIN: 'localhost' }, false],
  ['over HTTP with public names', { FORCE_HTTPS: 'false', ORCHESTRATOR_BASE_DOMAIN: baseDomain }, false],
])(
  'mentions the configuration file’s gallery on unknown hosts only in development (running %s)',
  async (_, variables, isNamed) => {
    const folder = await mkdtemp(join(tmpdir(), 'publisher-pages-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'alice.json')
    await writeFile(file, JSON.stringify({ tenant: 'alice', config: markedConfig(true) }))
    const host = await nodeHost.start({
      CONFIG_FILE: file,
      WEB_SESSION_SECRET: sessionSecret,
      WEB_SECURE_COOKIES: 'false',
      ...variables,
    })
    onTestFinished(host.close)
    const { body } = await pageOf(host, 'localhost:8080')
    expect(body.includes('<a href="http://alice.localhost:8080/">')).toBe(isNamed)
    expect(body.includes('alice')).toBe(isNamed)
  },
)
