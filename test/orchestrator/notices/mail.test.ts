import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createMails } from '../../../orchestrator/notices/mail.ts'
import type { OutgoingMail } from '../../../orchestrator/notices/mail-call.ts'
import { addEvent } from '../../../orchestrator/notices/outbox.ts'
import { createGalleries } from '../../support/fixtures/connections.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { sendDue } from '../../support/fixtures/notices.ts'

const gallery = {
  storage: { provider: 'local', paths: { root: '/x' } },
  auth: { allowed_emails: ['Alice@example.org', 'not an address', 'bcc@a.example, eve@b.example'] },
}

describe.each(databaseKinds)('mails about events on %s', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.create())[Symbol.asyncDispose]())
  afterAll(databases.close)

  async function start() {
    const own = await databases.createMigrated()
    onTestFinished(() => own[Symbol.asyncDispose]())
    const database = await own.opened()
    await createGalleries(database, ['alice'], gallery)
    const sent: OutgoingMail[] = []
    const warned: string[] = []
    const state = { now: Date.now() + 1000, failure: undefined as Error | undefined }
    const mails = (isSending = true) =>
      createMails({
        database,
        operators: ['olga@example.com'],
        now: () => state.now,
        warn: (text) => void warned.push(text),
        send: isSending
          ? async (mail) => {
              sent.push(mail)
              if (state.failure) throw state.failure
            }
          : undefined,
      })
    const tell = (
      type: 'connection.broken' | 'connection.expiring' | 'budget.warning' | 'config.published',
      data = {},
    ) => database.change((tx) => addEvent(tx, { tenant: 'alice', type, data }))
    return { database, mails, sent, warned, state, tell }
  }

  it('tells the admins and the operators about a broken connection, once, in both languages', async () => {
    const { mails, sent, tell } = await start()
    await tell('connection.broken', {
      provider: 'dropbox',
      account: 'ann@vendor.example',
      words: 'Token\r\nBcc: x',
    })
    const outlets = [mails(), mails()]
    await Promise.all(outlets.map((outlet) => sendDue(outlet)))
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({
      to: ['alice@example.org', 'olga@example.com'],
      subject: 'alice.shibari.test: Dropbox is disconnected',
      messageId: expect.stringMatching(/^<evt_[\w-]+@notices\.publisher>$/),
    })
    const text = sent[0]?.text ?? ''
    expect(text).toContain('https://alice.shibari.test/settings')
    expect(text).toContain('Connect it again')
    expect(text).toContain('Verbinde neu')
    expect(text).toContain('Token Bcc: x')
  })

  it('mails the warnings of expiring connections and budgets, and nothing about configurations', async () => {
    const { mails, sent, tell } = await start()
    await tell('connection.expiring', {
      provider: 'instagram',
      account: '@a',
      expires_at: '2026-12-07T00:00:00Z',
    })
    await tell('budget.warning', { month: '2026-12', used: 80, budget: 100 })
    await tell('config.published')
    await sendDue(mails())
    expect(sent.map(({ subject }) => subject).toSorted()).toEqual([
      'alice.shibari.test: Instagram ends soon',
      'alice.shibari.test: most of the AI budget is used',
    ])
  })

  it('tries again after a failure under the same Message-ID, and names no address in its warning', async () => {
    const { mails, sent, warned, state, tell } = await start()
    await tell('budget.warning', { month: '2026-12', used: 80, budget: 100 })
    state.failure = Object.assign(new Error('550 alice@example.org unknown'), { code: 'EENVELOPE' })
    await sendDue(mails())
    state.failure = undefined
    await sendDue(mails())
    expect(sent).toHaveLength(1)
    state.now += 60_000
    await sendDue(mails())
    expect(sent).toHaveLength(2)
    expect(sent[1]?.messageId).toBe(sent[0]?.messageId)
    expect(warned).toEqual(['A notice could not be mailed: EENVELOPE'])
  })

  it('sends a mail whose sender died when the lease ends', async () => {
    const { mails, sent, state, tell } = await start()
    await tell('budget.warning')
    expect(await mails().lease(10)).toHaveLength(1)
    expect(await sendDue(mails())).toBe(0)
    state.now += 121_000
    expect(await sendDue(mails())).toBe(1)
    expect(sent).toHaveLength(1)
  })

  it('sends no mail about a suspended tenant', async () => {
    const { mails, sent, database, tell } = await start()
    await tell('connection.broken', { provider: 'dropbox' })
    await database.change((tx) => tx.updateTable('tenant').set({ suspended: 1 }).execute())
    await sendDue(mails())
    expect(sent).toEqual([])
    expect(await database.read.selectFrom('notice_mail').selectAll().execute()).toEqual([])
  })

  it('forgets the mails without a mail server', async () => {
    const { mails, database, tell } = await start()
    await tell('budget.warning')
    expect(await sendDue(mails(false))).toBe(0)
    expect(await database.read.selectFrom('notice_mail').selectAll().execute()).toEqual([])
  })
})
