/** Rollback of the migration (docs/operations/migration.md): a tenant leaves the fleet for a dedicated app. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adminPost, cookieOf, signInVariables } from '../support/fixtures/admin.ts'
import { baseDomain, https, sessionSecret } from '../support/fixtures/fleet.ts'
import { nodeHost, type RunningHost } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

const host = `alice.${baseDomain}`
let studio: Studio
let folder: string
beforeEach(async () => {
  studio = await startStudio(nodeHost)
  folder = await mkdtemp(join(tmpdir(), 'publisher-dedicated-'))
})
afterEach(async () => {
  await studio[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** Writes the orchestrator's data of one tenant to a CONFIG_FILE. */
async function writeDown(tenant: string): Promise<string> {
  const { tenants, credentials } = studio.fleet.orchestrator
  const own = [...credentials].filter(([key]) => key.startsWith(`${tenant}/`))
  const file = join(folder, `${tenant}.json`)
  await writeFile(
    file,
    JSON.stringify({
      tenant,
      config: tenants.get(`${tenant}.${baseDomain}`)?.config,
      credentials: Object.fromEntries(own.map(([key, secret]) => [key.slice(tenant.length + 1), secret])),
    }),
  )
  return file
}

/** Starts the tenant's own app: the fleet's variables without the orchestrator's, plus the file. */
function startDedicated(file: string): Promise<RunningHost> {
  return nodeHost.start({
    ...signInVariables,
    CONFIG_SOURCE: 'file',
    CONFIG_FILE: file,
    ORCHESTRATOR_BASE_DOMAIN: baseDomain,
    WEB_SESSION_SECRET: sessionSecret,
    ALLOW_PRIVATE_ENDPOINTS: 'true',
    TELEGRAM_API_BASE_URL: studio.telegram.url,
    OPENAI_BASE_URL: studio.openai.url,
  })
}

async function publishOn(app: RunningHost, name: string) {
  const answer = await app.request(host, `/api/images/${name}/publish`, {
    method: 'POST',
    headers: {
      ...https,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json',
      cookie: await cookieOf(),
    },
    body: '{}',
  })
  return { status: answer.status, body: await answer.json() }
}

describe('a dedicated app in place of the fleet', () => {
  it('serves and publishes from a configuration file while the orchestrator is down', async () => {
    const store = studio.tenant('alice')
    await upload(store, 'dusk.jpg', await picture(30))
    const file = await writeDown('alice')
    await studio.fleet.orchestrator.close()
    const app = await startDedicated(file)
    try {
      const list = await app.request(host, '/api/images/list', { headers: https })
      expect(await list.json()).toMatchObject({ filenames: ['dusk.jpg'] })
      const thumbnail = await app.request(host, '/api/images/dusk.jpg/thumbnail', { headers: https })
      expect(thumbnail.headers.get('content-type')).toMatch(/^image\//)

      const { status, body } = await publishOn(app, 'dusk.jpg')
      expect([status, body]).toMatchObject([200, { any_success: true, archived: true }])
      expect(studio.telegram.posts).toHaveLength(1)
      expect(studio.mail.mails.some(({ to }) => to[0] === 'alice@upload.fetlife.test')).toBe(true)
      expect((await store.list('archive')).photos).toMatchObject([{ name: 'dusk.jpg' }])

      const sibling = await app.request(`bob.${baseDomain}`, '/api/images/list', { headers: https })
      expect(sibling.status).toBe(404)
    } finally {
      await app.close()
    }
  })

  it('does not publish a photo again that the fleet has published, because the ledger is in the tenant’s storage', async () => {
    const store = studio.tenant('alice', { content: { archive: false } })
    await upload(store, 'dawn.jpg', await picture(31))
    const byFleet = await adminPost(studio.fleet, 'alice', '/api/images/dawn.jpg/publish')
    expect(await byFleet.json()).toMatchObject({ any_success: true })
    const mails = studio.mail.mails.length
    const app = await startDedicated(await writeDown('alice'))
    try {
      const { body } = await publishOn(app, 'dawn.jpg')
      expect(body).toMatchObject({
        results: { telegram: { skipped: 'duplicate' }, email: { skipped: 'duplicate' } },
      })
      expect(studio.telegram.posts).toHaveLength(1)
      expect(studio.mail.mails).toHaveLength(mails)
    } finally {
      await app.close()
    }
  })
})
