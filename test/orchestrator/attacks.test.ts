import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  primary,
  resolvePath,
  runtimePath,
  secrets,
  startReference,
  tenants,
} from '../support/fixtures/reference-orchestrator.ts'

/** What every lookup in an object literal would find. */
const inherited = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
]

describe('a foreign reference', () => {
  const owners = Object.entries(secrets).flatMap(([owner, byRef]) =>
    Object.keys(byRef).map((ref) => ({ owner, ref })),
  )
  const others = [...Object.keys(tenants), 'nobody', 'stranger']
  const pairs = owners.flatMap(({ owner, ref }) =>
    others.filter((other) => other !== owner && ref !== 'shared').map((tenant) => ({ tenant, ref })),
  )

  it.each(pairs)('$ref is the same 404 for $tenant as one that does not exist', async ({ tenant, ref }) => {
    const { resolve } = await startReference()
    const [foreign, unknown] = [await resolve(tenant, ref), await resolve(tenant, 'no-such-reference')]
    expect(foreign.status).toBe(404)
    expect(await foreign.text()).toBe(await unknown.text())
  })

  it.each(['carol', 'shop', 'nobody'])(
    'is what even its own is to %s, who is not served here',
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
  ])('%j is not alice', async (tenant) => {
    const { app } = await startReference()
    let headers: Headers
    try {
      headers = new Headers({ authorization: `Bearer ${primary}`, 'x-tenant': tenant })
    } catch (error) {
      // No HTTP client can even send it.
      expect(error).toBeInstanceOf(TypeError)
      return
    }
    const body = JSON.stringify({ credentials_ref: 'alice-storage' })
    const response = await app.request(resolvePath, { method: 'POST', headers, body })
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain('canary')
  })

  it('twice is nobody', async () => {
    const { app } = await startReference()
    const headers = new Headers({ authorization: `Bearer ${primary}` })
    headers.append('x-tenant', 'alice')
    headers.append('x-tenant', 'bob')
    for (const ref of ['alice-storage', 'bob-storage', 'shared']) {
      const body = JSON.stringify({ credentials_ref: ref })
      expect((await app.request(resolvePath, { method: 'POST', headers, body })).status).toBe(404)
    }
  })

  it('in the body or the query counts for nothing', async () => {
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

  it('opens nothing but its own, whatever it says', async () => {
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
  it.each(inherited)('%s is no reference, no tenant and no host', async (name) => {
    const { resolve, byHost, getByHost } = await startReference()
    expect((await resolve('alice', name)).status).toBe(404)
    expect((await resolve(name, name)).status).toBe(404)
    expect((await byHost(name)).status).toBe(404)
    expect((await getByHost(name)).status).toBe(404)
  })

  it('in a body pollutes no prototype', async () => {
    const { post } = await startReference()
    const polluted = '{"__proto__":{"host":"alice.shibari.test"},"constructor":{"prototype":{"polluted":1}}}'
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
  ])('%j is nobody’s', async (host) => {
    const { byHost, audit } = await startReference()
    expect((await byHost(host)).status).toBe(404)
    expect(audit).toMatchObject([{ tenant: null, outcome: 'not_found' }])
  })

  it('never reaches a tenant that it does not name', async () => {
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

  it('that is too large is 413, with and without a declared length', async () => {
    const { post, request } = await startReference()
    expect((await post(runtimePath, huge, { 'content-length': String(huge.length) })).status).toBe(413)
    const init = { method: 'POST', body: new Blob([huge]).stream(), duplex: 'half' } as const
    const response = await request(runtimePath, init)
    expect([response.status, await response.json()]).toMatchObject([413, { code: 'body_too_large' }])
  })

  it('of a stranger is not read at all', async () => {
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

  it('that nests deeply is 400, not a crash', async () => {
    const { post } = await startReference()
    expect((await post(runtimePath, '['.repeat(60_000))).status).toBe(400)
  })
})
