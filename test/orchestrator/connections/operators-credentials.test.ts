import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { adoptCredentials } from '../../../orchestrator/connections/adoption.ts'
import { applyConnection } from '../../../orchestrator/connections/apply.ts'
import { beginConnection, disconnect } from '../../../orchestrator/connections/connect.ts'
import { giveToOperator } from '../../../orchestrator/connections/ownership.ts'
import type {
  ConnectionProvider,
  Vendor,
  WrittenCredentials,
} from '../../../orchestrator/connections/vendor.ts'
import { checkCredentials } from '../../../orchestrator/registry/credentials.ts'
import { putCredentials } from '../../../orchestrator/registry/sql/credentials.ts'
import { readSettings } from '../../../orchestrator/studio/settings-store.ts'
import {
  connectionServices,
  createGalleries,
  personOfTest,
  scriptedVendor,
  secretsOf,
} from '../../support/fixtures/connections.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'

const operator = { name: 'operator', requestId: 'request-2' }
const tenant = 'alice'
const shared = { provider: 'dropbox', refresh_token: 'token-of-the-operator' }

/** Creates a vendor that fills the stored token in where it is absent. */
function botVendor(): Vendor & { tried: unknown[] } {
  const tried: unknown[] = []
  return {
    tried,
    provider: 'telegram',
    use: 'channel',
    checkEveryMs: 1000,
    pasted: {
      values: z.object({ bot_token: z.string(), channel: z.string().optional() }),
      completes: ['bot_token'],
      async accept(values) {
        tried.push(values)
        const credentials = { provider: 'telegram', bot_token: '123:other' }
        return {
          credentials,
          account: '@bot',
          accountId: '123',
          expiresAt: null,
          settings: { channel_id: -100 },
        }
      },
    },
    check: async () => ({}),
  }
}

describe.each(databaseKinds)('a database with credentials of an operator on %s', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.create())[Symbol.asyncDispose]())
  afterAll(databases.close)

  async function start() {
    const own = await databases.createMigrated()
    onTestFinished(() => own[Symbol.asyncDispose]())
    const database = await own.opened()
    await createGalleries(database, [tenant])
    const dropbox = scriptedVendor('dropbox')
    const telegram = botVendor()
    const { services } = connectionServices(database, { vendors: [dropbox, telegram] })

    async function store(ref: string, given: WrittenCredentials): Promise<void> {
      await services.envelope.prepare([tenant])
      await database.change(async (tx) => {
        const checked = checkCredentials(given, 'credentials')
        await putCredentials(tx, services.envelope, { tenant, ref, ...checked }, operator)
        await giveToOperator(tx, { tenant, ref })
      })
      await adoptCredentials(database, services.vendors, Date.now(), () => 1)
    }

    /** Connects the account of the scripted vendor. */
    async function connectDropbox(): Promise<void> {
      const kept = { verifier: 'canary-verifier' }
      const connected = await dropbox.oauth?.finish(new URLSearchParams(), kept, '')
      if (!connected) throw new Error('not connected')
      const account = {
        tenant,
        provider: 'dropbox',
        actor: personOfTest,
        replaces: true,
        checkEveryMs: 1,
      } as const
      await applyConnection({ ...services, now: Date.now() }, { ...account, connected })
    }

    return {
      ...{ database, dropbox, telegram, store, connectDropbox },
      connect: (provider: ConnectionProvider, values: unknown) =>
        beginConnection(services, { tenant, provider, actor: personOfTest, values, language: 'en' }),
      forget: (provider: ConnectionProvider) =>
        disconnect(services, { tenant, provider, actor: personOfTest }),
      isRootLocked: async () => (await readSettings(database, tenant))?.locked.includes('storage.paths.root'),
    }
  }

  it('forgets the credentials for a photographer, and keeps them alive at the vendor for other tenants', async () => {
    const { store, forget, dropbox, database } = await start()
    await store('storage', shared)
    await forget('dropbox')
    expect(dropbox.revoked).toEqual([])
    expect(await secretsOf(database, tenant, 'storage')).toBeUndefined()
  })

  it('completes no values of a photographer, who could choose the channel of another tenant', async () => {
    const { store, connect, telegram } = await start()
    await store('telegram', { provider: 'telegram', bot_token: '123:of-the-operator' })
    await expect(connect('telegram', { channel: '@bobs_channel' })).rejects.toMatchObject({
      reason: 'invalid',
    })
    await expect(connect('telegram', {})).rejects.toMatchObject({ reason: 'invalid' })
    expect(telegram.tried).toEqual([])
  })

  it('leaves no refresh token behind when a photographer connects an account of the same vendor', async () => {
    const { store, connectDropbox, dropbox, database } = await start()
    await store('storage', shared)
    dropbox.next = { credentials: { provider: 'dropbox', refresh_token: '', access_token: 'own' } }
    await connectDropbox().catch(() => undefined)
    const stored = await secretsOf(database, tenant, 'storage')
    const isMixed = stored?.access_token === 'own' && stored.refresh_token === shared.refresh_token
    expect(isMixed).toBe(false)
  })

  it('locks the folders again when an operator replaces the connection of a photographer', async () => {
    const { store, connectDropbox, isRootLocked, forget, dropbox } = await start()
    await connectDropbox()
    expect(await isRootLocked()).toBe(false)
    await store('storage', shared)
    expect(await isRootLocked()).toBe(true)
    await forget('dropbox')
    expect(dropbox.revoked).toEqual([])
  })
})
