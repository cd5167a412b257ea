import { simpleParser } from 'mailparser'
import { Webhook } from 'standardwebhooks'
import { afterAll, describe, expect, it } from 'vitest'
import { ConnectionBroken, onCall } from '../../../dev/emulators/dropbox/faults.ts'
import { createDropboxEmulator } from '../../../dev/emulators/dropbox.ts'
import { applyConnection } from '../../../orchestrator/connections/apply.ts'
import type { Database } from '../../../orchestrator/database/database.ts'
import { createWebhook } from '../../../orchestrator/notices/webhooks.ts'
import { startMailServer } from '../../support/fakes/smtp-servers.ts'
import {
  connectionServices,
  createGalleries,
  personOfTest,
  secretsOf,
} from '../../support/fixtures/connections.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { eventually } from '../../support/fixtures/eventually.ts'
import { startReceiver } from '../../support/fixtures/http-receiver.ts'
import { startOrchestratorProcess } from '../../support/fixtures/orchestrator-process.ts'
import { keysOfTest } from '../../support/fixtures/reference-planes.ts'

const serviceToken = 'service-token-of-the-fleet'
const app = { key: 'app-key', secret: 'app-secret' }
const gallery = {
  storage: { provider: 'dropbox', credentials_ref: 'storage', paths: { root: '/Photos' } },
  auth: { allowed_emails: ['ann@example.org'] },
}

/** Starts Dropbox with refresh tokens that work once, a mail server and a webhook's receiver. */
async function startSurroundings() {
  const dropbox = createDropboxEmulator({ app, rotatesRefreshTokens: true })
  for (const name of ['alice', 'bob', 'carol']) dropbox.addAccount(name, `canary-${name}-1`)
  const [server, mail, receiver] = await Promise.all([
    dropbox.listen(),
    startMailServer({ hideSTARTTLS: true, authOptional: true }),
    startReceiver(),
  ])
  return {
    ...{ dropbox, mail, receiver },
    renewals: () => dropbox.calls.filter(({ route }) => route === 'oauth2/token').length,
    variables: {
      ORCHESTRATOR_KEYS: keysOfTest,
      ORCHESTRATOR_SERVICE_TOKEN: serviceToken,
      ALLOW_PRIVATE_ENDPOINTS: 'true',
      DROPBOX_APP_KEY: app.key,
      DROPBOX_APP_SECRET: app.secret,
      DROPBOX_BASE_URL: server.url,
      NOTICE_SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
      NOTICE_FROM: 'Publisher <notices@example.org>',
      OPERATOR_EMAILS: 'olga@example.com',
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([server.close(), mail.close(), receiver[Symbol.asyncDispose]()])
    },
  }
}

/** Changes the times of a tenant's connection to the past. */
async function pass(database: Database, tenant: string, column: 'due_at' | 'leased_until'): Promise<void> {
  const past = new Date(0).toISOString()
  await database.change((tx) =>
    tx
      .updateTable('connection')
      .set({ [column]: past })
      .where('tenant', '=', tenant)
      .execute(),
  )
}

describe.each(databaseKinds)('processes that check connections, on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  it('renews each token once, takes over from a killed process, and tells once of a lost token when several processes run', async () => {
    await using place = await databases.createMigrated()
    await using around = await startSurroundings()
    const { dropbox, mail, receiver, renewals } = around
    const database = await place.opened()
    await createGalleries(database, ['alice', 'bob', 'carol'], gallery)
    const { services } = connectionServices(database)
    const connect = (tenant: string, refresh_token: string) =>
      applyConnection(
        { ...services, now: Date.now() },
        {
          ...{ tenant, provider: 'dropbox', actor: personOfTest, replaces: true, checkEveryMs: 3_600_000 },
          connected: {
            ...{ credentials: { provider: 'dropbox', refresh_token }, account: `${tenant}@vendor.example` },
            ...{ accountId: tenant, expiresAt: null, settings: {} },
          },
        },
      )
    for (const tenant of ['alice', 'bob', 'carol']) await connect(tenant, `canary-${tenant}-1`)
    const { secret } = await createWebhook(
      { database, envelope: services.envelope, allowPrivate: true },
      { tenant: 'alice', url: receiver.url, types: ['connection.broken'] },
      personOfTest,
    )
    const stored = async (tenant: string) => (await secretsOf(database, tenant, 'storage'))?.refresh_token
    const variables = { ...place.variables, ...around.variables }

    // The first process waits for two answers. Dropbox has renewed alice's token, and has not read bob's call.
    const never = Promise.withResolvers<undefined>()
    never.promise.catch(() => undefined)
    dropbox.interfere(onCall('oauth2/token', { kind: 'hold-tail', afterBytes: 1, until: never.promise }))
    dropbox.interfere(onCall('oauth2/token', { kind: 'hold', until: never.promise }, { nth: 2 }))
    await using first = await startOrchestratorProcess(variables)
    await pass(database, 'alice', 'due_at')
    await eventually(() => expect(renewals()).toBe(1))
    await pass(database, 'bob', 'due_at')
    await eventually(() => expect(renewals()).toBe(2))
    await first.end('SIGKILL')
    never.reject(new ConnectionBroken())

    await using second = await startOrchestratorProcess(variables)
    await using third = await startOrchestratorProcess(variables)
    await pass(database, 'carol', 'due_at')
    await eventually(async () => expect(await stored('carol')).not.toBe('canary-carol-1'))
    expect(renewals()).toBe(3)

    // The end of the leases, without waiting for it.
    await pass(database, 'alice', 'leased_until')
    await pass(database, 'bob', 'leased_until')
    await eventually(async () => expect(await stored('bob')).not.toBe('canary-bob-1'))
    await eventually(() => expect([mail.mails.length, receiver.calls.length]).toEqual([1, 1]))
    expect(renewals()).toBe(5)
    expect(await stored('alice')).toBe('canary-alice-1')

    const [letter] = mail.mails
    expect(letter?.to).toEqual(['ann@example.org', 'olga@example.com'])
    expect(letter?.headers).not.toMatch(/ann@example\.org|olga@example\.com/)
    const { subject, text = '' } = await simpleParser(letter?.raw ?? '')
    expect(subject).toBe('alice.shibari.test: Dropbox is disconnected')
    expect(text).toContain('Connect it again: https://alice.shibari.test/settings')
    expect(text).toContain('Verbinde neu: https://alice.shibari.test/settings')
    const [call] = receiver.calls
    const headers = Object.entries(call?.headers ?? {}).map(([name, value]) => [name, String(value)])
    expect(new Webhook(secret).verify(call?.body ?? '', Object.fromEntries(headers))).toMatchObject({
      type: 'connection.broken',
      data: { tenant: 'alice', provider: 'dropbox', code: 'invalid_grant' },
    })
    expect(`${letter?.raw}${call?.body}`).not.toContain('canary')

    const shown = async () => {
      const answer = await fetch(`${second.url}/v1/studio/connections`, {
        headers: {
          authorization: `Bearer ${serviceToken}`,
          'x-tenant': 'alice',
          'x-actor': 'ann@example.org',
        },
      })
      const { connections } = await answer.json()
      return connections.find(({ provider }: { provider: string }) => provider === 'dropbox')
    }
    expect(await shown()).toMatchObject({ state: 'broken', error: { code: 'invalid_grant' } })
    dropbox.addAccount('alice again', 'canary-alice-9')
    await connect('alice', 'canary-alice-9')
    expect(await shown()).toMatchObject({ state: 'ok', error: null })

    // A process that is asked to end stores the token that is on its way.
    const answering = Promise.withResolvers<undefined>()
    dropbox.interfere(onCall('oauth2/token', { kind: 'hold', until: answering.promise }))
    const before = await stored('bob')
    await pass(database, 'bob', 'due_at')
    await eventually(() => expect(renewals()).toBe(6))
    const ends = Promise.all([second.end('SIGTERM'), third.end('SIGTERM')])
    answering.resolve(undefined)
    expect(await ends).toEqual([0, 0])
    expect(await stored('bob')).not.toBe(before)
    expect([renewals(), mail.mails.length]).toEqual([6, 1])
  }, 60_000)
})
