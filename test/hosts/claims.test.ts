import { afterAll, beforeAll, expect, it } from 'vitest'
import { createMemoryClaims } from '../../orchestrator/claims/memory-claims.ts'
import { fixedTokens } from '../../orchestrator/contract/fixed-tokens.ts'
import { refusingConditions, startScriptedS3 } from '../support/fakes/scripted-s3.ts'
import { adminPost } from '../support/fixtures/admin.ts'
import { serviceToken } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { picture } from '../support/fixtures/photographers.ts'
import { registryOf, startReference } from '../support/fixtures/reference-orchestrator.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

describeOnBothHosts('publishing from an S3 server that answers 501 to conditional writes', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind)
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  let tenants = 0
  async function open() {
    const tenant = `claims-${kind.name}-${++tenants}`
    studio.tenant(tenant)
    const s3 = await startScriptedS3()
    s3.script(refusingConditions(501, 'NotImplemented'))
    s3.bucket.seed(`${tenant}/dusk.jpg`, await picture(7, 300, 200))
    studio.fleet.orchestrator.credentials.set(`${tenant}/${tenant}-storage`, {
      provider: 's3',
      version: '1',
      access_key_id: 'access-key',
      secret_access_key: 'secret-key',
      endpoint_url: s3.endpoint,
      bucket: 'photos',
      region: 'auto',
    })
    const storage = { provider: 'dropbox', credentials_ref: 'any', paths: { root: '/Photos' } }
    const registry = await registryOf({
      [tenant]: { hosts: [`${tenant}.shibari.test`], config: { storage } },
    })
    const reference = await startReference({
      registry: async () => registry,
      tokens: fixedTokens([serviceToken]),
      claims: createMemoryClaims(),
    })
    studio.fleet.orchestrator.claims = (request) => reference.app.request(request)
    const before = studio.telegram.posts.length
    return {
      s3,
      audit: reference.audit,
      publish: () =>
        adminPost(studio.fleet, tenant, '/api/images/dusk.jpg/publish', { platforms: ['telegram'] }),
      retract: () => adminPost(studio.fleet, tenant, '/api/images/dusk.jpg/retract'),
      postsSent: () => studio.telegram.posts.length - before,
    }
  }

  it('sends one post in 20 requests, takes it back, and publishes again', async () => {
    const { s3, audit, publish, retract, postsSent } = await open()
    const answers = await Promise.all(Array.from({ length: 20 }, publish))
    // Beyond four at once, a request may be refused as busy, or find the photo archived by then.
    expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([])
    expect(postsSent()).toBe(1)
    expect((await publish()).status).toBe(200)
    expect(postsSent()).toBe(1)
    const record = Object.entries(s3.bucket.contents()).find(([key]) => key.endsWith('/telegram.json'))
    expect(record?.[1]).toContain('"state":"posted"')
    expect(audit.filter(({ outcome, claim }) => outcome === 'created' && claim !== 'probe')).toHaveLength(1)

    expect(await (await retract()).json()).toMatchObject({ results: { telegram: { success: true } } })
    expect(await (await publish()).json()).toMatchObject({ results: { telegram: { success: true } } })
    expect(postsSent()).toBe(2)
  }, 60_000)

  it('answers 503 with Retry-After and sends nothing while the orchestrator fails', async () => {
    const { publish, retract, postsSent } = await open()
    studio.fleet.orchestrator.claims = () => new Response(null, { status: 400 })
    for (const answer of [await publish(), await retract()]) {
      expect([answer.status, answer.headers.has('retry-after')]).toEqual([503, true])
      expect(await answer.json()).toMatchObject({ code: 'claims_unavailable' })
    }
    expect(postsSent()).toBe(0)
  })

  it('answers storage_not_atomic and sends nothing where the orchestrator offers no claims', async () => {
    const { publish, postsSent } = await open()
    studio.fleet.orchestrator.claims = null
    const answer = await publish()
    expect([answer.status, await answer.json()]).toEqual([
      501,
      expect.objectContaining({ code: 'storage_not_atomic' }),
    ])
    expect(postsSent()).toBe(0)
  })
})
