import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { baseDomain, type Fleet, startFleet } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, patience } from '../support/fixtures/hosts.ts'
import {
  dropboxApp,
  picture,
  type Storages,
  startStorages,
  upload,
} from '../support/fixtures/photographers.ts'
import { metricsToken, sampleOf, scrape } from '../support/fixtures/prometheus-text.ts'

const usagePath = '/v1/billing/usage'

describeOnBothHosts('billing of storage requests', (kind) => {
  let storages: Storages
  beforeAll(async () => {
    storages = await startStorages()
  })
  afterAll(() => storages[Symbol.asyncDispose]())

  const start = () =>
    startFleet(kind, {
      METRICS_TOKEN: metricsToken,
      DROPBOX_APP_SECRET: dropboxApp.secret,
      DROPBOX_BASE_URL: storages.dropboxUrl,
    })

  /** Adds a tenant with one photo. */
  async function add(fleet: Fleet, tenant: string, metering?: unknown): Promise<void> {
    const store = storages.onS3(fleet, tenant)
    const config = fleet.orchestrator.tenants.get(`${tenant}.${baseDomain}`)?.config
    Object.assign(config ?? {}, {
      features: { auto_view_enabled: true, storage_ops_metering_enabled: metering },
    })
    // Requests for previews in the storage follow the answer, at a time that the test does not know.
    Object.assign(config?.storage ?? {}, { previews: 'memory' })
    await upload(store, 'a.jpg', await picture(40))
  }

  const reportsOf = ({ orchestrator }: Fleet, tenant: string) =>
    orchestrator.calls.filter(({ path, body }) => path === usagePath && body.tenant_id === tenant)

  const totalOf = (fleet: Fleet, tenant: string) =>
    reportsOf(fleet, tenant).reduce((sum, { body }) => sum + Number(body.quantity), 0)

  /** Returns the number of requests that the process sent to S3. */
  const sent = async (fleet: Fleet) =>
    sampleOf(await scrape(fleet), 'publisher_storage_calls_total', { vendor: 's3' })

  it('reports every request of a tenant with metering, at the latest when the host ends', async () => {
    const tenant = `metered-${kind.name}`
    const fleet = await start()
    await add(fleet, tenant, ' TRUE ')
    for (const path of ['list', 'random', 'a.jpg', 'a.jpg/thumbnail']) {
      expect((await fleet.get(tenant, `/api/images/${path}`)).status).toBe(200)
    }
    const requests = await sent(fleet)
    expect(requests).toBeGreaterThan(0)
    if (kind.name === 'worker') {
      await vi.waitFor(() => expect(totalOf(fleet, tenant)).toBe(requests), patience)
    } else {
      expect(reportsOf(fleet, tenant)).toEqual([])
    }
    await fleet[Symbol.asyncDispose]()
    expect(totalOf(fleet, tenant)).toBe(requests)
    const keys = reportsOf(fleet, tenant).map(({ body }) => body.idempotency_key)
    expect(new Set(keys).size).toBe(keys.length)
    for (const { body } of reportsOf(fleet, tenant)) {
      expect(body).toEqual({
        tenant_id: tenant,
        source: 'publisher_storage_ops',
        idempotency_key: expect.stringMatching(/^[0-9a-f-]{36}$/),
        metric: 'storage_ops_requests',
        quantity: expect.any(Number),
        unit: 'requests',
        occurred_at: expect.stringMatching(/^\d{4}-.*Z$/),
      })
    }
  })

  it('reports nothing while the feature is missing or unusable', async () => {
    const fleet = await start()
    const values = [undefined, null, false, '', 'perhaps', 2]
    for (const [index, value] of values.entries()) {
      const tenant = `free-${index}-${kind.name}`
      await add(fleet, tenant, value)
      expect((await fleet.get(tenant, '/api/images/list')).status).toBe(200)
    }
    await fleet[Symbol.asyncDispose]()
    expect(fleet.orchestrator.calls.filter(({ path }) => path === usagePath)).toEqual([])
  })

  it('reports no request to a storage without prices', async () => {
    const tenant = `dropbox-${kind.name}`
    const fleet = await start()
    const account = storages.onDropbox(fleet, tenant)
    await account.seed('/Photos/a.jpg', await picture(40))
    const config = fleet.orchestrator.tenants.get(`${tenant}.${baseDomain}`)?.config
    Object.assign(config ?? {}, { features: { auto_view_enabled: true, storage_ops_metering_enabled: true } })
    expect((await fleet.get(tenant, '/api/images/list')).status).toBe(200)
    await fleet[Symbol.asyncDispose]()
    expect(reportsOf(fleet, tenant)).toEqual([])
  })

  it('answers as usual while billing refuses, and hides the feature from visitors', async () => {
    const tenant = `refused-${kind.name}`
    const fleet = await start()
    await add(fleet, tenant, true)
    fleet.orchestrator.script = ({ path }) => (path === usagePath ? { status: 400 } : undefined)
    for (let look = 0; look < 2; look++) {
      expect((await fleet.get(tenant, '/api/images/list')).status).toBe(200)
    }
    const features = await (await fleet.get(tenant, '/api/config/features')).json()
    expect(features).not.toHaveProperty('storage_ops_metering_enabled')
    const isLogged = () => fleet.host.lines.some((line) => line.includes('usage was not reported'))
    // A Worker reports behind each answer, and its lines arrive only while it lives. A Node host reports at its end.
    if (kind.name === 'worker') await vi.waitFor(() => expect(isLogged()).toBe(true), patience)
    await fleet[Symbol.asyncDispose]()
    expect(isLogged()).toBe(true)
  })

  it('repeats a report under the same key after a fault of the orchestrator', async () => {
    const tenant = `repeated-${kind.name}`
    const fleet = await start()
    await add(fleet, tenant, true)
    let faults = 1
    fleet.orchestrator.script = ({ path }) =>
      path === usagePath && faults-- > 0 ? { status: 503 } : undefined
    expect((await fleet.get(tenant, '/api/images/list')).status).toBe(200)
    if (kind.name === 'worker') {
      await vi.waitFor(() => expect(reportsOf(fleet, tenant)).toHaveLength(2), patience)
    }
    await fleet[Symbol.asyncDispose]()
    const [first, second] = reportsOf(fleet, tenant)
    expect(second?.body).toEqual(first?.body)
  })
})
