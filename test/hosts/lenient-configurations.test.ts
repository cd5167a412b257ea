import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { adminEmail, adminPost, adminRequest, signInVariables } from '../support/fixtures/admin.ts'
import { baseDomain, type Fleet, startFleet } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import {
  anyJson,
  fullConfig,
  lenientShapes,
  optionalPaths,
  withValueAt,
} from '../support/fixtures/lenient-configurations.ts'
import { dropboxApp, picture, type Storages, startStorages } from '../support/fixtures/photographers.ts'

describeOnBothHosts('a configuration with odd optional fields', (kind) => {
  let storages: Storages
  let fleet: Fleet
  beforeAll(async () => {
    storages = await startStorages()
    fleet = await startFleet(kind, {
      ...signInVariables,
      ADMIN_LOGIN_EMAILS: adminEmail,
      DROPBOX_APP_KEY: dropboxApp.key,
      DROPBOX_APP_SECRET: dropboxApp.secret,
      DROPBOX_BASE_URL: storages.dropboxUrl,
    })
  })
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]()
    await storages[Symbol.asyncDispose]()
  })

  let tenants = 0
  /** Adds a tenant with one photo and this configuration, whose storage keeps its credentials. */
  async function open({ storage, ...config }: Record<string, unknown>): Promise<string> {
    const tenant = `odd-${++tenants}`
    await storages.onDropbox(fleet, tenant).seed('/Photos/dusk.jpg', await picture(40))
    const credentials_ref = `${tenant}-storage`
    fleet.orchestrator.tenants.set(`${tenant}.${baseDomain}`, {
      config: { ...config, storage: { ...Object(storage), credentials_ref } },
    })
    return tenant
  }

  function faultsOf(tenant: string): { path: string; reason: string }[] {
    return fleet.host.lines
      .map((line) => JSON.parse(line))
      .filter((line) => line.msg === 'configuration field unusable' && line.tenant === tenant)
  }

  it.each(lenientShapes)(
    'serves the gallery and reports each fault once when it has $title',
    async (shape) => {
      const tenant = await open(shape.config)
      for (let visit = 0; visit < 2; visit++) {
        const response = await adminRequest(fleet, tenant, '/api/images/list')
        expect([response.status, await response.json()]).toMatchObject([200, { filenames: ['dusk.jpg'] }])
      }
      const lines = faultsOf(tenant)
      expect(lines.map(({ path }) => path).toSorted()).toEqual(shape.faults.toSorted())
      for (const line of lines) {
        expect(line).toMatchObject({
          level: 'warn',
          config_version: 'v1',
          reason: expect.stringMatching(/^(is|has) /),
        })
      }
    },
  )

  it('serves the gallery when any optional field has any JSON value', async () => {
    const fields = optionalPaths.filter(([block]) => block !== 'auth')
    const { auth: _auth, ...config } = fullConfig
    for (const [path, value] of fc.sample(fc.tuple(fc.constantFrom(...fields), anyJson), {
      numRuns: 40,
      seed: 11,
    })) {
      const tenant = await open(Object(withValueAt(config, path, value)))
      const response = await adminRequest(fleet, tenant, '/api/images/list')
      expect([path.join('.'), value, response.status]).toEqual([path.join('.'), value, 200])
      const paths = faultsOf(tenant).map((line) => line.path)
      expect(new Set(paths).size).toBe(paths.length)
    }
  })

  it('logs a model’s life cycle by its severity and shows it only to admins', async () => {
    const shape = lenientShapes.find(({ title }) => title === 'the life cycle of a model')
    const tenant = await open(shape?.config ?? {})
    const status = await (await adminRequest(fleet, tenant, '/api/admin/status')).json()
    expect(status).toMatchObject({
      admin: true,
      notices: [
        {
          model: 'vision',
          severity: 'critical',
          text: 'goes away',
          shutdown_date: '2026-12-01',
          recommended_replacement: 'another',
        },
      ],
    })
    expect(await (await fleet.get(tenant, '/api/admin/status')).json()).toEqual({ admin: false })
    const logged = fleet.host.lines
      .map((line) => JSON.parse(line))
      .filter((line) => line.msg === 'model notice' && line.tenant === tenant)
    expect(logged).toMatchObject([
      { level: 'error', model: 'vision', notice: 'goes away', recommended_replacement: 'another' },
    ])
  })

  const storage = { provider: 'dropbox', paths: { root: '/Photos' } }

  it.each([
    ['text', 'x'],
    ['a list', []],
    ['an object with text for allowed_emails', { allowed_emails: adminEmail }],
    ['an object with a number for allowed_emails', { allowed_emails: 7 }],
    ['an object with empty text for allowed_emails', { allowed_emails: '' }],
    ['an object with blanks for allowed_emails', { allowed_emails: ' ' }],
    ['blank text', ' '],
    ['a list of invalid addresses', { allowed_emails: [7, {}] }],
  ])('denies the fleet’s own admins when the auth block is %s', async (_title, auth) => {
    const without = await open({ storage })
    expect((await adminRequest(fleet, without, '/api/library/objects')).status).toBe(200)
    const tenant = await open({ storage, auth, features: { auto_view_enabled: true } })
    expect((await adminRequest(fleet, tenant, '/api/library/objects')).status).toBe(403)
    expect((await fleet.get(tenant, '/api/images/list')).status).toBe(200)
    expect(faultsOf(tenant)).toHaveLength(1)
  })

  it('keeps the valid addresses when others in the list are invalid', async () => {
    const good = await open({
      storage,
      auth: { enabled: 'perhaps', allowed_emails: [7, ` ${adminEmail.toUpperCase()} `] },
    })
    expect((await adminRequest(fleet, good, '/api/library/objects')).status).toBe(200)
    expect(faultsOf(good)).toHaveLength(2)
  })

  it.each([{ mode: 'reviews' }, { mode: ['review'] }, { mode: true }])(
    'refuses to publish when the mode is $mode',
    async ({ mode }) => {
      const tenant = await open({ storage, features: { publish_enabled: true, mode } })
      const refused = await adminPost(fleet, tenant, '/api/images/dusk.jpg/publish')
      expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'feature_disabled' }])
      expect(faultsOf(tenant)).toMatchObject([
        { path: 'config.features.mode', consequence: 'publishing is off until it is corrected' },
      ])
    },
  )

  it.each([{ debug: 'yes please' }, { debug: 2 }, { debug: [] }])(
    'moves nothing when the debug switch is $debug',
    async ({ debug }) => {
      const tenant = await open({ storage, content: { debug } })
      const kept = await adminPost(fleet, tenant, '/api/images/dusk.jpg/keep')
      expect([kept.status, await kept.json()]).toMatchObject([200, { preview_only: true }])
      expect(faultsOf(tenant)).toMatchObject([
        { path: 'config.content.debug', consequence: 'nothing is sent or moved until it is corrected' },
      ])
    },
  )
})
