import { afterAll, describe, expect, it } from 'vitest'
import { planeKinds, referencesOn } from '../support/fixtures/reference-planes.ts'

const path = '/v1/claims'

describe.each(planeKinds)('the orchestrator on %s', (kind) => {
  const { startReference, close } = referencesOn(kind)
  afterAll(close)

  /** Starts an orchestrator. Calls are those of alice unless they name another tenant. */
  async function startWithClaims(now?: () => number) {
    const { request, post, audit } = await startReference(now ? { now } : {})
    const at = (key: string) => `${path}/${encodeURIComponent(key)}`
    const create = (body: unknown, tenant = 'alice') => post(path, body, { 'x-tenant': tenant })
    const call = (method: string, target: string, body?: unknown, headers: Record<string, string> = {}) =>
      request(target, {
        method,
        headers: { 'x-tenant': 'alice', 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    return { request, audit, at, create, call }
  }

  const body = (fields: Record<string, unknown> = {}) => ({
    key: 'ledger/abc/telegram.json',
    holder: 'process-1',
    ttl_seconds: 600,
    record: { state: 'claimed' },
    ...fields,
  })

  describe('claims of the reference orchestrator', () => {
    it('creates a claim, reads it, replaces it and deletes it', async () => {
      const { at, create, call } = await startWithClaims(() => Date.UTC(2026, 0, 5))
      const created = await create(body())
      expect(created.status).toBe(201)
      const claim = await created.json()
      expect(claim).toEqual({
        key: 'ledger/abc/telegram.json',
        holder: 'process-1',
        version: expect.any(String),
        record: { state: 'claimed' },
        created_at: '2026-01-05T00:00:00.000Z',
        expires_at: '2026-01-05T00:10:00.000Z',
      })
      const target = at(claim.key)
      expect(await (await call('GET', target)).json()).toEqual(claim)
      const replaced = await call('PUT', target, { version: claim.version, record: { state: 'posted' } })
      expect(replaced.status).toBe(200)
      const next = await replaced.json()
      expect(next).toEqual({ ...claim, version: expect.any(String), record: { state: 'posted' } })
      const late = await call('PUT', target, { version: claim.version, record: 'late' })
      expect([late.status, await late.json()]).toEqual([409, next])
      const kept = await call('DELETE', `${target}?version=${claim.version}`)
      expect([kept.status, await kept.json()]).toEqual([409, next])
      expect((await call('DELETE', `${target}?version=${next.version}`)).status).toBe(204)
      expect((await call('DELETE', target, undefined, { 'if-match': `"${next.version}"` })).status).toBe(204)
      expect((await call('GET', target)).status).toBe(404)
      expect((await call('PUT', target, { version: next.version, record: 1 })).status).toBe(404)
    })

    it('answers a second creator with 409 and the first claim, also after its expiry', async () => {
      let now = Date.UTC(2026, 0, 5)
      const { create } = await startWithClaims(() => now)
      const claim = await (await create(body({ ttl_seconds: 1 }))).json()
      now += 86_400_000
      const second = await create(body({ holder: 'process-2', record: null }))
      expect([second.status, await second.json()]).toEqual([409, claim])
    })

    it('lets one of twenty concurrent callers create a claim', async () => {
      const { create } = await startWithClaims()
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => create(body({ holder: `h${n}` }))),
      )
      expect(answers.map(({ status }) => status).toSorted()).toEqual([
        201,
        ...Array.from({ length: 19 }, () => 409),
      ])
    })

    it('shows a tenant only its own claims, and shares them between the hosts of a tenant', async () => {
      const { at, create, call } = await startWithClaims()
      const { version } = await (await create(body(), 'bob')).json()
      expect((await create(body(), 'robert')).status).toBe(409)
      expect((await create(body(), 'alice')).status).toBe(201)
      expect((await call('GET', at(body().key), undefined, { 'x-tenant': 'emil' })).status).toBe(404)
      expect((await call('DELETE', `${at(body().key)}?version=${version}`)).status).toBe(409)
    })

    it.each(['a/b', 'a b', '%2F', 'ü', '?x=1#y', '..%2f..', 'a+b', '__proto__'])(
      'keeps the key %j as one segment',
      async (key) => {
        const { at, create, call } = await startWithClaims()
        expect((await create(body({ key }))).status).toBe(201)
        expect(await (await call('GET', at(key))).json()).toMatchObject({ key })
      },
    )

    it.each([
      ['no JSON', '{'],
      ['no key', { ...body(), key: undefined }],
      ['an empty key', body({ key: '' })],
      ['a key that clients shorten', body({ key: '..' })],
      ['a key with a control character', body({ key: 'a\u0000b' })],
      ['a key with half a character', body({ key: 'a\ud800' })],
      ['a long key', body({ key: 'k'.repeat(501) })],
      ['no holder', { ...body(), holder: undefined }],
      ['a long holder', body({ holder: 'h'.repeat(201) })],
      ['no TTL', { ...body(), ttl_seconds: undefined }],
      ['a TTL of 0', body({ ttl_seconds: 0 })],
      ['a TTL of more than a day', body({ ttl_seconds: 86_401 })],
      ['half a second', body({ ttl_seconds: 0.5 })],
      ['a large record', body({ record: 'x'.repeat(65_536) })],
    ])('refuses a creation with 400 for %s', async (_what, given) => {
      const { create, audit } = await startWithClaims()
      const answer = await create(given)
      expect([answer.status, (await answer.json()).code]).toEqual([400, 'malformed_claim'])
      expect(audit).toEqual([])
    })

    it('accepts the longest key, holder and record, and refuses a larger body with 413', async () => {
      const { create } = await startWithClaims()
      const longest = body({ key: 'k'.repeat(500), holder: 'h'.repeat(200), record: 'x'.repeat(65_534) })
      expect((await create(longest)).status).toBe(201)
      expect((await create(body({ record: 'x'.repeat(200_000) }))).status).toBe(413)
    })

    it('refuses a record of 40,000 nested lists, and a replacement without a record', async () => {
      const { create, call, at } = await startWithClaims()
      const deep = `${'['.repeat(40_000)}${']'.repeat(40_000)}`
      const answer = await create(`{"key":"k","holder":"h","ttl_seconds":1,"record":${deep}}`)
      expect([201, 400]).toContain(answer.status)
      const { version } = await (await create(body())).json()
      expect((await call('PUT', at(body().key), { version })).status).toBe(400)
    })

    it('answers HEAD like GET and keeps the claim when HEAD names its version', async () => {
      const { create, call, at } = await startWithClaims()
      const { version } = await (await create(body())).json()
      const target = at(body().key)
      for (const named of [target, `${target}?version=${version}`]) {
        const head = await call('HEAD', named, undefined, { 'if-match': `"${version}"` })
        expect([head.status, head.headers.get('etag')]).toEqual([200, `"${version}"`])
      }
      expect((await call('GET', target)).status).toBe(200)
    })

    it('deletes a claim when If-Match names its version without quotes', async () => {
      const { create, call, at } = await startWithClaims()
      const { version } = await (await create(body())).json()
      const target = at(body().key)
      expect((await call('DELETE', target, undefined, { 'if-match': 'another-version' })).status).toBe(409)
      expect((await call('DELETE', target, undefined, { 'if-match': version })).status).toBe(204)
      expect((await call('GET', target)).status).toBe(404)
    })

    it('refuses a deletion without a version with 428', async () => {
      const { create, call, at } = await startWithClaims()
      await create(body())
      for (const headers of [{}, { 'if-match': '*' }, { 'if-match': '"' }]) {
        expect((await call('DELETE', at(body().key), undefined, headers)).status).toBe(428)
      }
      expect((await call('GET', at(body().key))).status).toBe(200)
    })

    it('refuses a call without a tenant with 400, and one of an unknown or suspended tenant with 404', async () => {
      const { create, call, at } = await startWithClaims()
      expect((await create(body(), '')).status).toBe(400)
      for (const tenant of ['nobody', 'carol', 'shop']) {
        expect((await create(body(), tenant)).status).toBe(404)
        expect((await call('GET', at('k'), undefined, { 'x-tenant': tenant })).status).toBe(404)
      }
    })

    it('refuses a wrong token with 403 and an unknown method with 405', async () => {
      const { call, at } = await startWithClaims()
      expect((await call('GET', at('k'), undefined, { authorization: 'Bearer wrong' })).status).toBe(403)
      const post = await call('POST', at('k'), body())
      expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, PUT, DELETE'])
      const get = await call('GET', path)
      expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
      expect((await call('GET', `${path}/%ff`)).status).toBe(400)
      expect((await call('GET', `${path}/a/b`)).status).toBe(404)
    })

    it('offers no claims when it is told so', async () => {
      const { post } = await startReference({ change: (plane) => ({ ...plane, claims: null }) })
      expect((await post(path, body(), { 'x-tenant': 'alice' })).status).toBe(404)
    })

    it('logs creations, replacements and deletions without holders and records', async () => {
      const { create, call, at, audit } = await startWithClaims()
      const { version } = await (await create(body({ holder: 'canary', record: 'canary' }))).json()
      await create(body())
      await call('GET', at(body().key))
      await call('PUT', at(body().key), { version, record: 'canary' })
      await call('DELETE', `${at(body().key)}?version=${version}`)
      expect(audit.map(({ action, tenant, outcome, claim }) => [action, tenant, outcome, claim])).toEqual([
        ['claims.create', 'alice', 'created', 'ledger/abc/telegram.json'],
        ['claims.create', 'alice', 'taken', 'ledger/abc/telegram.json'],
        ['claims.replace', 'alice', 'replaced', 'ledger/abc/telegram.json'],
        ['claims.delete', 'alice', 'changed', 'ledger/abc/telegram.json'],
      ])
      expect(JSON.stringify(audit)).not.toContain('canary')
    })
  })
})
