import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import {
  primary,
  resolvePath,
  runtimePath,
  secrets,
  tenants,
  usagePath,
} from '../support/fixtures/reference-orchestrator.ts'
import { planeKinds, referencesOn } from '../support/fixtures/reference-planes.ts'

/** Names that a lookup in any object literal would find. */
const inherited = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
]

describe.each(planeKinds)('the orchestrator on %s', (kind) => {
  const { startReference, close } = referencesOn(kind)
  afterAll(close)

  describe('a foreign reference', () => {
    const owners = Object.entries(secrets).flatMap(([owner, byRef]) =>
      Object.keys(byRef).map((ref) => ({ owner, ref })),
    )
    const others = [...Object.keys(tenants), 'nobody', 'stranger']

    it.each(others)('answers %s with the same 404 for all references of others', async (tenant) => {
      const { resolve } = await startReference()
      const foreign = owners.filter(({ owner, ref }) => owner !== tenant && ref !== 'shared')
      const unknown = await (await resolve(tenant, 'no-such-reference')).text()
      expect(foreign.length).toBeGreaterThan(4)
      for (const { ref } of foreign) {
        const answer = await resolve(tenant, ref)
        expect([ref, answer.status, await answer.text()]).toEqual([ref, 404, unknown])
      }
    })

    it.each(['carol', 'shop', 'nobody'])(
      'answers the unserved tenant %s with 404 even for its own reference',
      async (tenant) => {
        const { resolve } = await startReference()
        const own = owners.filter(({ owner }) => owner === tenant)
        expect(own).toHaveLength(1)
        for (const { ref } of own) expect((await resolve(tenant, ref)).status).toBe(404)
      },
    )
  })

  describe('X-Tenant', () => {
    it.each([
      'Alice',
      'ALICE',
      'alice.',
      'alice.shibari.test',
      'alice, alice',
      'alice,bob',
      'alice;bob',
      'bob, alice',
      '"alice"',
      'alice%00',
      'al%69ce',
      '../alice',
      'alice/alice-storage',
      '*',
      'null',
      'undefined',
      'аlice',
      'alıce',
      'ａlice',
      'alice\u00ad',
      'alice\u0000',
      'alice\r\nX-Tenant: alice',
      ...inherited,
    ])('does not accept %j as the tenant alice', async (tenant) => {
      const { app } = await startReference()
      let headers: Headers
      try {
        headers = new Headers({ authorization: `Bearer ${primary}`, 'x-tenant': tenant })
      } catch (error) {
        // No HTTP client can send this header.
        expect(error).toBeInstanceOf(TypeError)
        return
      }
      const body = JSON.stringify({ credentials_ref: 'alice-storage' })
      const response = await app.request(resolvePath, { method: 'POST', headers, body })
      expect(response.status).toBe(404)
      expect(await response.text()).not.toContain('canary')
    })

    it('answers 404 when X-Tenant is sent twice', async () => {
      const { app } = await startReference()
      const headers = new Headers({ authorization: `Bearer ${primary}` })
      headers.append('x-tenant', 'alice')
      headers.append('x-tenant', 'bob')
      for (const ref of ['alice-storage', 'bob-storage', 'shared']) {
        const body = JSON.stringify({ credentials_ref: ref })
        expect((await app.request(resolvePath, { method: 'POST', headers, body })).status).toBe(404)
      }
    })

    it('ignores a tenant in the body or the query', async () => {
      const { post } = await startReference()
      const body = {
        credentials_ref: 'alice-storage',
        tenant: 'alice',
        'x-tenant': 'alice',
        tenant_id: 'alice',
      }
      expect((await post(`${resolvePath}?x-tenant=alice&tenant=alice`, body)).status).toBe(400)
      expect((await post(`${resolvePath}?tenant=alice`, body, { 'x-tenant': 'bob' })).status).toBe(404)
    })

    it('gives alice’s credentials to no other value of X-Tenant', async () => {
      const { resolve } = await startReference()
      const headerText = fc.string({
        unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
      })
      await fc.assert(
        fc.asyncProperty(headerText, async (tenant) => {
          const response = await resolve(tenant, 'alice-storage')
          expect(response.status === 200).toBe(tenant.trim() === 'alice')
        }),
      )
    })
  })

  describe('a hostile name', () => {
    it.each(inherited)('answers 404 when %s is a reference, a tenant or a host', async (name) => {
      const { resolve, byHost, getByHost } = await startReference()
      expect((await resolve('alice', name)).status).toBe(404)
      expect((await resolve(name, name)).status).toBe(404)
      expect((await byHost(name)).status).toBe(404)
      expect((await getByHost(name)).status).toBe(404)
    })

    it.each(['alice-storage\u0000', '\u0000', 'alice\ud800', '\ud83d'])(
      'refuses the reference %j, which no database can hold, with 400',
      async (ref) => {
        const { resolve } = await startReference()
        expect((await resolve('alice', ref)).status).toBe(400)
      },
    )

    it.each([
      ['tenant_id', 'alice\u0000', 404],
      ['tenant_id', '\udfff', 404],
      ['idempotency_key', 'k\u0000', 400],
      ['idempotency_key', 'k\ud800', 400],
    ])('refuses usage whose %s is %j, which no database can hold, with %i', async (field, value, status) => {
      const { post, audit } = await startReference()
      const event = {
        tenant_id: 'alice',
        source: 'publisher',
        idempotency_key: 'k',
        metric: 'ai_tokens',
        quantity: 1,
        unit: 'tokens',
        occurred_at: '2026-11-01T12:00:00Z',
      }
      expect((await post(usagePath, { ...event, [field]: value })).status).toBe(status)
      expect(audit).toEqual([])
    })

    it('does not pollute prototypes when a body names them', async () => {
      const { post } = await startReference()
      const polluted =
        '{"__proto__":{"host":"alice.shibari.test"},"constructor":{"prototype":{"polluted":1}}}'
      expect((await post(runtimePath, polluted)).status).toBe(400)
      const reference = '{"__proto__":{"credentials_ref":"alice-storage"}}'
      expect((await post(resolvePath, reference, { 'x-tenant': 'alice' })).status).toBe(400)
      expect(Object.prototype).not.toHaveProperty('polluted')
    })
  })

  describe('a host of odd shape', () => {
    it.each([
      ' alice.shibari.test',
      'alice.shibari.test ',
      'alice.shibari.test..',
      'alice..shibari.test',
      '.alice.shibari.test',
      'alice.shibari.test:',
      'alice.shibari.test:443:443',
      'alice.shibari.test:port',
      'alice.shibari.test:443.',
      'http://alice.shibari.test',
      'alice.shibari.test/',
      'user@alice.shibari.test',
      'alice.shibari.test?x',
      'alice.shibari.test#x',
      'alice.shibari.test\u0000',
      'alice.shibari.test\n',
      'alice.shibari.test,bob.shibari.test',
      '*.shibari.test',
      '*',
      'shibari.test',
      'x.alice.shibari.test',
      'alice.shibari.test.evil.example',
      '\u212aate.shibari.test',
      'ｋate.shibari.test',
      'xn--alice.shibari.test',
      '127.0.0.1',
      '[::1]',
      'localhost',
      `${'a'.repeat(64)}.shibari.test`,
      `${'a.'.repeat(30_000)}test`,
    ])('answers the host %j with 404 and logs no tenant', async (host) => {
      const { byHost, audit } = await startReference()
      expect((await byHost(host)).status).toBe(404)
      expect(audit).toMatchObject([{ tenant: null, outcome: 'not_found' }])
    })

    it('answers random hosts with 400 or 404', async () => {
      const { byHost } = await startReference()
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), async (host) => {
          expect([400, 404]).toContain((await byHost(host)).status)
        }),
      )
    })
  })

  describe('a body', () => {
    const huge = JSON.stringify({ host: 'x'.repeat(70_000) })

    it('answers a body that is too large with 413, with and without a declared length', async () => {
      const { post, request } = await startReference()
      expect((await post(runtimePath, huge, { 'content-length': String(huge.length) })).status).toBe(413)
      const init = { method: 'POST', body: new Blob([huge]).stream(), duplex: 'half' } as const
      const response = await request(runtimePath, init)
      expect([response.status, await response.json()]).toMatchObject([413, { code: 'body_too_large' }])
    })

    it('does not read the body of a call without a token', async () => {
      const { app } = await startReference()
      let pulled = 0
      const body = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            pulled += 1
            controller.enqueue(new Uint8Array(1024))
          },
        },
        { highWaterMark: 0 },
      )
      const init = { method: 'POST', body, duplex: 'half' } as const
      const request = new Request(`http://orchestrator.test${runtimePath}`, init)
      expect((await app.request(request)).status).toBe(403)
      expect(pulled).toBe(0)
    })

    it('answers a deeply nested body with 400', async () => {
      const { post } = await startReference()
      expect((await post(runtimePath, '['.repeat(60_000))).status).toBe(400)
    })
  })
})
