import { describe, expect, it } from 'vitest'
import { createFileConfigSource } from '../../../../src/runtime/tenancy/file-config-source.ts'
import { startClaims, tenantOf } from '../../../support/fixtures/claims.ts'

const key = 'ledger/abc/telegram.json'

describe('the client of the orchestrator’s claims', () => {
  it('creates a claim once, reads it, and replaces and deletes it at its version', async () => {
    const service = await startClaims()
    const [one, other] = [service.open(), service.open()]
    const created = await one.create(key, { state: 'claimed' })
    expect(created).toMatchObject({ outcome: 'created', claim: { key, record: { state: 'claimed' } } })
    expect(await other.create(key, { state: 'late' })).toEqual({ outcome: 'taken', claim: created.claim })
    const replaced = await other.replace(key, created.claim.version, { state: 'posted' })
    expect(replaced).toMatchObject({ outcome: 'replaced', claim: { record: { state: 'posted' } } })
    expect(await one.replace(key, created.claim.version, null)).toEqual({ ...replaced, outcome: 'changed' })
    await one.delete(key, created.claim.version)
    expect(await one.read(key)).toEqual(replaced.claim)
    await one.delete(key, replaced.claim?.version ?? '')
    await one.delete(key, replaced.claim?.version ?? '')
    expect(await one.read(key)).toBeNull()
    expect(await one.replace(key, created.claim.version, null)).toEqual({ outcome: 'changed', claim: null })
  })

  it('recognises its own creation when the answer was lost, and tells it from another creation', async () => {
    const service = await startClaims()
    let lost = 0
    service.script = ({ method }) => (method === 'POST' && lost++ === 0 ? 'reset' : undefined)
    expect(await service.open().create(key, 1)).toMatchObject({ outcome: 'created' })
    expect(service.calls).toEqual(['POST /v1/claims', 'POST /v1/claims'])
    lost = 0
    expect(await service.open().create(key, 2)).toMatchObject({ outcome: 'taken', claim: { record: 1 } })
  })

  it('recognises its own replacement when the answer was lost', async () => {
    const service = await startClaims()
    const { claim } = await service.open().create(key, { state: 'claimed' })
    let lost = 0
    service.script = ({ method }) => (method === 'PUT' && lost++ === 0 ? 'reset' : undefined)
    const posted = { state: 'posted' }
    const replaced = await service.open().replace(key, claim.version, posted)
    expect(replaced).toMatchObject({ outcome: 'replaced', claim: { record: posted } })
    lost = 0
    expect(await service.open().replace(key, claim.version, { state: 'unknown' })).toEqual({
      ...replaced,
      outcome: 'changed',
    })
  })

  it('tries claims without a record, because a strict orchestrator refuses null', async () => {
    const service = await startClaims()
    const bodies: Promise<unknown>[] = []
    service.script = (request) => {
      if (request.method === 'POST') bodies.push(request.clone().json())
      return undefined
    }
    expect(await service.open().areOffered()).toBe(true)
    expect(await Promise.all(bodies)).toEqual([
      { key: 'probe', holder: expect.any(String), ttl_seconds: expect.any(Number) },
    ])
  })

  it('reads a claim without a record', async () => {
    const service = await startClaims()
    service.script = () => Response.json({ key, holder: 'h', version: 1 })
    expect(await service.open().read(key)).toEqual({ key, holder: 'h', version: 1, record: null })
  })

  it('counts a deletion as done when its answer was lost', async () => {
    const service = await startClaims()
    const { claim } = await service.open().create(key, 1)
    let lost = 0
    service.script = ({ method }) => (method === 'DELETE' && lost++ === 0 ? 'reset' : undefined)
    await service.open().delete(key, claim.version)
    expect(await service.open().read(key)).toBeNull()
  })

  it('finds that claims are offered, also in many tries at once, and leaves nothing behind', async () => {
    const service = await startClaims()
    const tried = await Promise.all(Array.from({ length: 8 }, () => service.open().areOffered()))
    expect(tried).toEqual(tried.map(() => true))
    expect(await service.open().create('probe', null)).toMatchObject({ outcome: 'created' })
  })

  it('finds that an orchestrator that answers 404 offers no claims', async () => {
    const service = await startClaims(null)
    expect(await service.open().areOffered()).toBe(false)
    await expect(service.open().create(key, null)).rejects.toMatchObject({ code: 'storage_not_atomic' })
    expect(await service.open().read(key)).toBeNull()
  })

  it.each([
    ['answers 400', () => new Response(null, { status: 400 })],
    ['refuses the token', () => new Response(null, { status: 403 })],
    ['redirects', () => new Response(null, { status: 302 })],
    ['answers with a page', () => new Response('<html>', { status: 201 })],
    [
      'answers with another claim',
      () => Response.json({ key: 'other', holder: 'h', version: 1, record: null }),
    ],
    ['answers without a version', () => Response.json({ key, holder: 'h', record: null }, { status: 201 })],
  ])('throws claims_unavailable while the orchestrator %s', async (_what, answer) => {
    const service = await startClaims()
    service.script = answer
    const claims = service.open()
    const unavailable = { code: 'claims_unavailable', retryAfterMs: expect.any(Number) }
    await expect(claims.create(key, null)).rejects.toMatchObject(unavailable)
    await expect(claims.read(key)).rejects.toMatchObject(unavailable)
    await expect(claims.replace(key, 1, null)).rejects.toMatchObject(unavailable)
    await expect(claims.areOffered()).rejects.toMatchObject(unavailable)
  })

  it('throws claims_unavailable when the orchestrator cannot be reached or never stops sending', async () => {
    const service = await startClaims()
    service.script = () => 'down'
    await expect(service.open().read(key)).rejects.toMatchObject({ code: 'claims_unavailable' })
    service.script = () => new Response('x'.repeat(2_000_000))
    await expect(service.open().read(key)).rejects.toMatchObject({ code: 'claims_unavailable' })
  }, 30_000)

  it('keeps the claims of tenants apart', async () => {
    const service = await startClaims()
    await service.open().create(key, 'of alice')
    expect(await service.source().claims?.(tenantOf('bob')).read(key)).toBeNull()
  })

  it('does not exist in a dedicated app, which has no control plane', () => {
    const source = createFileConfigSource({ read: async () => '', baseDomain: 'shibari.test' })
    expect(source.claims).toBeUndefined()
  })
})
