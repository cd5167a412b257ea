import { afterAll, describe, expect, it } from 'vitest'
import { verifyAudit } from '../../../orchestrator/audit/chain.ts'
import { runProgram } from '../../../orchestrator/commands/program.ts'
import { addEvent } from '../../../orchestrator/notices/outbox.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { noticesGround, testKeys } from '../../support/fixtures/notices.ts'

const url = 'https://hooks.example.org/publisher'

describe.each(databaseKinds)('webhook commands, on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  async function open(variables: Record<string, string> = {}) {
    const place = await databases.createMigrated()
    const ground = await noticesGround(place)
    const said: string[] = []
    const run = async (...args: string[]) => {
      const printed: string[] = []
      const code = await runProgram(args, {
        variables: { ...place.variables, ORCHESTRATOR_KEYS: testKeys, USER: 'olga', ...variables },
        print: (text) => printed.push(text),
        say: (text) => said.push(text),
      })
      return { code, json: () => JSON.parse(printed.join('\n')) }
    }
    const actions = async () => {
      const rows = await ground.database.read
        .selectFrom('audit')
        .select(['action', 'actor', 'tenant', 'outcome'])
        .where('action', 'like', 'webhook.%')
        .orderBy('seq')
        .execute()
      return rows
    }
    return { ...ground, place, run, said, actions, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() }
  }

  it('creates, lists, and deletes a webhook with audit lines when an operator asks', async () => {
    await using plane = await open()
    const created = await plane.run(
      'webhook',
      'create',
      '--tenant',
      'alice',
      '--url',
      url,
      '--types',
      'post.failed',
    )
    expect(created.code).toBe(0)
    const { id, secret } = created.json()
    expect([id, secret]).toEqual([
      expect.stringMatching(/^wh_/),
      expect.stringMatching(/^whsec_[\w+/]{43}=$/),
    ])
    const listed = await plane.run('webhook', 'list')
    expect(listed.json()).toEqual([
      { id, tenant: 'alice', url, types: ['post.failed'], at: expect.any(String), disabled_at: null },
    ])
    const stored = await plane.database.read.selectFrom('webhook').selectAll().execute()
    expect(JSON.stringify(stored)).not.toContain(secret.slice(6))
    expect((await plane.run('webhook', 'delete', id)).code).toBe(0)
    expect((await plane.run('webhook', 'list')).json()).toEqual([])
    expect(await plane.actions()).toEqual([
      { action: 'webhook.create', actor: 'olga', tenant: 'alice', outcome: 'created' },
      { action: 'webhook.delete', actor: 'olga', tenant: 'alice', outcome: 'deleted' },
    ])
    expect(await verifyAudit(plane.database)).toMatchObject({ brokenAt: null })
    expect(plane.said.join()).not.toContain(secret)
  })

  it('lists deliveries by state and makes a failed one due when an operator asks', async () => {
    await using plane = await open()
    const { id } = (await plane.run('webhook', 'create', '--all', '--url', url)).json()
    await plane.database.change((tx) => addEvent(tx, { tenant: 'bob', type: 'queue.low', data: {} }))
    await plane.database.change((tx) =>
      tx.updateTable('webhook_delivery').set({ state: 'failed', done_at: '2026', tries: 10 }).execute(),
    )
    const [delivery] = (await plane.run('webhook', 'deliveries', '--state', 'failed')).json()
    expect(delivery).toMatchObject({ webhook: id, tenant: 'bob', type: 'queue.low', tries: 10 })
    expect((await plane.run('webhook', 'retry', delivery.event, id)).code).toBe(0)
    expect((await plane.run('webhook', 'deliveries', '--state', 'failed')).json()).toEqual([])
    expect((await plane.run('webhook', 'deliveries')).json()).toMatchObject([
      { state: 'due', tries: 0, done_at: null },
    ])
    expect(await plane.actions()).toMatchObject([
      { action: 'webhook.create', tenant: null },
      { action: 'webhook.retry', tenant: null, outcome: delivery.event },
    ])
  })

  it.each([
    { words: 'an unknown tenant', args: ['create', '--tenant', 'nora', '--url', url], code: 1 },
    { words: 'a private address', args: ['create', '--all', '--url', 'https://127.0.0.1/'], code: 1 },
    { words: 'HTTP', args: ['create', '--all', '--url', 'http://hooks.example.org/'], code: 1 },
    { words: 'a password', args: ['create', '--all', '--url', 'https://a:b@hooks.example.org/'], code: 1 },
    { words: 'no owner', args: ['create', '--url', url], code: 2 },
    { words: 'two owners', args: ['create', '--all', '--tenant', 'alice', '--url', url], code: 2 },
    { words: 'unknown types', args: ['create', '--all', '--url', url, '--types', 'post.lost'], code: 2 },
    { words: 'an unknown ID', args: ['delete', 'wh_1'], code: 1 },
    { words: 'an unknown delivery', args: ['retry', 'evt_1', 'wh_1'], code: 1 },
    { words: 'an unknown state', args: ['deliveries', '--state', 'lost'], code: 2 },
  ])('exits with $code and changes nothing when the command names $words', async ({ args, code }) => {
    await using plane = await open()
    expect((await plane.run('webhook', ...args)).code).toBe(code)
    expect(plane.said.join()).not.toBe('')
    expect(await plane.actions()).toEqual([])
  })

  it('accepts a loopback address when ALLOW_PRIVATE_ENDPOINTS is set', async () => {
    await using plane = await open({ ALLOW_PRIVATE_ENDPOINTS: 'true' })
    expect((await plane.run('webhook', 'create', '--all', '--url', 'http://127.0.0.1:9000/')).code).toBe(0)
  })
})
