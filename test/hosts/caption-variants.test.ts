/** Variants of captions are suggestions: nothing is saved. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { declining, onAsk, prose } from '../../dev/emulators/openai/faults.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, adminRequest, eventsOf } from '../support/fixtures/admin.ts'
import { describeOnBothHosts, patience } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { readableSidecar } from '../support/fixtures/stored-photos.ts'
import { apiKey, type Studio, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const path = `/api/images/${photo}/captions/variants`
const long = 'A long evening of rope and quiet light in the small studio under the roof. #Rope #dusk'

describeOnBothHosts('variants of captions', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind)
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  let tenants = 0
  async function open(config: Record<string, unknown> = {}) {
    const tenant = `variants-${kind.name}-${++tenants}`
    const store = studio.tenant(tenant, config)
    await upload(store, photo, await picture(tenants * 5, 90, 60))
    const vary = (body: unknown, headers: Record<string, string> = {}, address = path) =>
      adminPost(studio.fleet, tenant, address, body, headers)
    const calls = () => studio.openai.calls.filter(({ key }) => key === apiKey(tenant))
    return { tenant, store, vary, calls }
  }

  it('rewrites captions with the AI, saves nothing and reports the tokens', async () => {
    const { tenant, store, vary, calls } = await open()
    const response = await vary({ kind: 'shorter', captions: { telegram: long, fetlife: long } })
    expect(response.status).toBe(200)
    const answer = await response.json()
    expect(answer).toEqual({
      filename: photo,
      kind: 'shorter',
      captions: { telegram: expect.stringMatching(/^A long .*\n\n#Rope #dusk$/), email: expect.any(String) },
    })
    expect(answer.captions.telegram.length).toBeLessThan(long.length)
    expect(answer.captions.email).not.toContain('#')
    expect(calls()).toHaveLength(1)
    expect(await readableSidecar(store, 'root', photo)).toBeNull()
    const { orchestrator } = studio.fleet
    const reports = () =>
      orchestrator.calls.filter((call) => call.path === '/v1/billing/usage' && call.body.tenant_id === tenant)
    await vi.waitFor(() => expect(reports()).toHaveLength(1), patience)
  })

  it('varies the saved captions when the request has none', async () => {
    const { store, vary } = await open()
    await store.writeSidecar('root', photo, `rope\n\n# ---\n# caption: ${long}\n`)
    const { captions } = await (await vary({ kind: 'no_hashtags' })).json()
    const plain = 'A long evening of rope and quiet light in the small studio under the roof.'
    expect(captions).toEqual({ telegram: plain, email: plain })
  })

  it('removes hashtags without a call to the AI', async () => {
    const { vary, calls } = await open()
    const { captions } = await (await vary({ kind: 'no_hashtags', captions: { telegram: long } })).json()
    expect(captions.telegram).toBe(long.replace(' #Rope #dusk', ''))
    expect(calls()).toEqual([])
  })

  it.each(['no_hashtags', 'warmer'])(
    'is off for %s in a gallery without an AI, as analysis is',
    async (kind) => {
      const { vary } = await open({ ai: {} })
      const response = await vary({ kind, captions: { telegram: long } })
      expect([response.status, (await response.json()).code]).toEqual([403, 'feature_disabled'])
    },
  )

  it('streams its stage and the captions', async () => {
    const { vary } = await open()
    const body = { kind: 'warmer', captions: { telegram: long } }
    const events = await eventsOf(await vary(body, { accept: 'text/event-stream' }))
    expect(events.map(({ event, data }) => data.stage ?? event)).toEqual(['writing_captions', 'result'])
    expect(events.at(-1)?.data).toMatchObject({
      captions: { telegram: expect.stringMatching(/#Rope #dusk$/) },
    })
  })

  it.each([
    ['an unknown kind', { kind: 'longer', captions: { telegram: long } }],
    ['no kind', { captions: { telegram: long } }],
    ['an unknown channel', { kind: 'shorter', captions: { flickr: long } }],
    ['a text that is too long', { kind: 'shorter', captions: { telegram: 'x'.repeat(10_001) } }],
    ['only blank captions', { kind: 'shorter', captions: { telegram: ' ' } }],
    ['no caption', { kind: 'shorter', captions: {} }],
  ])('refuses %s', async (_, body) => {
    const { vary, calls } = await open()
    const response = await vary(body)
    expect([response.status, (await response.json()).code]).toEqual([400, 'invalid_request'])
    expect(calls()).toEqual([])
  })

  it('refuses what an analysis refuses: other sites, visitors, a missing photo, a feature that is off', async () => {
    const { tenant, vary } = await open()
    const body = { kind: 'shorter', captions: { telegram: long } }
    const codeOf = async (response: Response) => (await response.json()).code
    expect(await codeOf(await vary(body, { 'sec-fetch-site': 'cross-site' }))).toBe('cross_origin')
    expect(await codeOf(await vary(body, { cookie: 'none=1' }))).toBe('not_signed_in')
    expect(await codeOf(await vary(body, {}, '/api/images/none.jpg/captions/variants'))).toBe(
      'photo_not_found',
    )
    const off = await open({ features: { auto_view_enabled: true } })
    expect(await codeOf(await off.vary({ ...body, kind: 'no_hashtags' }))).toBe('feature_disabled')
    expect((await adminRequest(studio.fleet, tenant, path)).status).toBe(405)
  })

  it.each([
    [declining, 422, 'ai_refused'],
    [prose, 502, 'ai_unusable_answer'],
  ])('passes the AI’s failure on in words', async (fault, status, code) => {
    const { tenant, vary } = await open()
    const end = studio.openai.interfere(onAsk(fault, { key: apiKey(tenant), times: 10 }))
    const response = await vary({ kind: 'warmer', captions: { telegram: long } })
    end()
    expect([response.status, (await response.json()).code]).toEqual([status, code])
  })
})
