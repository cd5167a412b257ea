import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminRequest, auth, signInVariables } from '../support/fixtures/admin.ts'
import { baseDomain, type Fleet, https, startFleet } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, nodeHost, patience } from '../support/fixtures/hosts.ts'
import {
  canary,
  dropboxApp,
  picture,
  type Storages,
  startStorages,
  upload,
} from '../support/fixtures/photographers.ts'

describeOnBothHosts('photos', (kind) => {
  let storages: Storages
  beforeAll(async () => {
    storages = await startStorages()
  })
  afterAll(() => storages[Symbol.asyncDispose]())

  const start = (variables: Record<string, string> = {}) =>
    startFleet(kind, {
      DROPBOX_APP_KEY: dropboxApp.key,
      DROPBOX_APP_SECRET: dropboxApp.secret,
      DROPBOX_BASE_URL: storages.dropboxUrl,
      ...variables,
    })

  it('lists, captions and scales photos from S3 and from Dropbox', async () => {
    await using fleet = await start(signInVariables)
    const name = "it's dusk (1) ü+#.jpg"
    const photo = await picture(200)
    const sidecar = 'a rope at dusk\n\n# ---\n# caption: Dusk. 🌅\n# tags: ["rope", "dusk"]\n'
    const alice = storages.onS3(fleet, `alice-${kind.name}`)
    await upload(alice, name, photo)
    await alice.writeSidecar('root', parsePhotoName(name), sidecar)
    const bob = storages.onDropbox(fleet, `bob-${kind.name}`)
    await bob.seed(`/Photos/${name}`, photo)
    await bob.seed(`/Photos/${name.replace('.jpg', '.txt')}`, sidecar)

    for (const tenant of [`alice-${kind.name}`, `bob-${kind.name}`]) {
      Object.assign(fleet.orchestrator.tenants.get(`${tenant}.${baseDomain}`)?.config ?? {}, { auth })
      const list = await fleet.get(tenant, '/api/images/list')
      const version = expect.stringMatching(/^[\w-]{11}$/)
      expect(await list.json()).toEqual({
        filenames: [name],
        versions: [version],
        placeholders: [null],
        count: 1,
      })
      const path = `/api/images/${encodeURIComponent(name)}`
      const shown = await (await fleet.get(tenant, path)).json()
      expect(shown).toEqual({
        filename: name,
        placeholder: null,
        version,
        temp_url: expect.stringMatching(/^http/),
        thumbnail_url: expect.stringMatching(/\/thumbnail\?size=w960h640&v=[\w-]{11}$/),
        sha256: null,
        caption: 'Dusk. 🌅',
        alt_text: null,
        sd_caption: null,
        metadata: { tags: ['rope', 'dusk'] },
        has_sidecar: true,
      })
      const copyLink = new URL(shown.temp_url)
      const copy = Buffer.from(
        await (await fleet.get(tenant, copyLink.pathname + copyLink.search)).arrayBuffer(),
      )
      expect(copy.includes(canary)).toBe(false)
      expect(await sharp(copy).raw().toBuffer()).toEqual(await sharp(photo).raw().toBuffer())
      const known = await (await adminRequest(fleet, tenant, path)).json()
      expect(known).toEqual({
        ...shown,
        temp_url: expect.stringMatching(/^http/),
        captions: { source: 'person', by_platform: {} },
        sd_caption: 'a rope at dusk',
        metadata: { caption: 'Dusk. 🌅', tags: ['rope', 'dusk'] },
        publications: [],
        rating: 'nudity',
        rating_source: 'default',
        picture: null,
        // The copy has been read.
        embedded_known: true,
      })
      const original = await fetch(known.temp_url)
      expect(Buffer.from(await original.arrayBuffer()).equals(photo)).toBe(true)
      const thumbnail = await fleet.get(tenant, `${path}/thumbnail?size=w256h256`)
      expect(thumbnail.headers.get('content-type')).toBe('image/jpeg')
      const bytes = Buffer.from(await thumbnail.arrayBuffer())
      expect(await sharp(bytes).metadata()).toMatchObject({ width: 120, height: 80, format: 'jpeg' })
      expect(bytes.includes(canary)).toBe(false)
    }
  })

  it('shows every photo once before repeating any, even when visits share only a cookie', async () => {
    await using fleet = await start()
    const tenant = `walk-${kind.name}`
    const store = storages.onS3(fleet, tenant)
    const names = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg']
    const photo = await picture(1)
    await Promise.all(names.map((name) => upload(store, name, photo)))
    let cookie = ''
    for (let round = 1; round <= 2; round++) {
      const shown = new Set<string>()
      for (let step = 0; step < names.length; step++) {
        const response = await fleet.get(tenant, '/api/images/random', cookie ? { cookie } : {})
        const set = response.headers.get('set-cookie') ?? ''
        expect(set).toMatch(/HttpOnly/)
        expect(set).toMatch(/Secure/)
        expect(set).not.toMatch(/Domain/i)
        cookie = set.split(';')[0] ?? ''
        expect(response.headers.get('x-total-count')).toBe('5')
        shown.add((await response.json()).filename)
      }
      expect(shown).toEqual(new Set(names))
    }
  })

  it('lists photos by name or by the requested order', async () => {
    await using fleet = await start()
    const tenant = `order-${kind.name}`
    const store = storages.onS3(fleet, tenant)
    await upload(store, 'small.jpg', await picture(1))
    await upload(store, 'large.jpg', Buffer.concat([await picture(1), Buffer.alloc(10_000)]))
    const list = async (query: string) => {
      const response = await fleet.get(tenant, `/api/images/list${query}`)
      return response.ok ? (await response.json()).filenames : response.status
    }
    expect(await list('')).toEqual(['large.jpg', 'small.jpg'])
    expect(await list('?order=desc')).toEqual(['small.jpg', 'large.jpg'])
    expect(await list('?sort=size')).toEqual(['small.jpg', 'large.jpg'])
    expect(await list('?sort=colour')).toBe(400)
  })

  it('answers 304 for unchanged photos', async () => {
    await using fleet = await start()
    const tenant = `etag-${kind.name}`
    const store = storages.onS3(fleet, tenant)
    await upload(store, 'a.jpg', await picture(1))
    const path = '/api/images/a.jpg/thumbnail'
    const first = await fleet.get(tenant, path, { accept: 'image/webp,*/*' })
    expect(first.headers.get('content-type')).toBe('image/webp')
    expect(first.headers.get('vary')).toContain('Accept')
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[^"]+"$/)
    const again = await fleet.get(tenant, path, {
      accept: 'image/webp,*/*',
      'if-none-match': `"x", W/${etag}`,
    })
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, ''])
    expect((await fleet.get(tenant, path, { 'if-none-match': etag })).status).toBe(200)
    await store.delete('root', parsePhotoName('a.jpg'))
    await upload(store, 'a.jpg', await picture(99))
    // Another program's change shows after 30 s at most, and at once in a new process.
    await using later = await start()
    storages.onS3(later, tenant)
    expect((await later.get(tenant, path, { accept: 'image/webp', 'if-none-match': etag })).status).toBe(200)
  })

  it('allows shared caching only for public galleries', async () => {
    await using fleet = await start()
    const store = storages.onS3(fleet, `public-${kind.name}`)
    await upload(store, 'a.jpg', await picture(1))
    const thumbnail = await fleet.get(`public-${kind.name}`, '/api/images/a.jpg/thumbnail')
    expect(thumbnail.headers.get('cache-control')).toMatch(/^public/)
    const details = await fleet.get(`public-${kind.name}`, '/api/images/a.jpg')
    expect(details.headers.get('cache-control')).toBe('private, no-store')
    expect(details.headers.get('vary')).toContain('Cookie')
  })

  it('reports a clear error for files that are not photos', async () => {
    await using fleet = await start()
    const tenant = `lies-${kind.name}`
    const store = storages.onS3(fleet, tenant)
    const whole = await picture(1, 400, 300)
    await upload(store, 'half.jpg', whole.subarray(0, whole.length / 2))
    await upload(store, 'page.jpg', Buffer.from('<!doctype html><script>alert(1)</script>'.repeat(30)))
    await upload(
      store,
      'drawing.png',
      Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${' '.repeat(600)}</svg>`),
    )
    await upload(store, 'empty.webp', Buffer.alloc(0))
    for (const name of [
      'page.jpg',
      'drawing.png',
      'empty.webp',
      ...(kind.name === 'node' ? ['half.jpg'] : []),
    ]) {
      const response = await fleet.get(tenant, `/api/images/${name}/thumbnail`)
      expect(response.status, name).toBe(422)
      expect(await response.json()).toMatchObject({ code: 'photo_unreadable' })
    }
  })

  it('answers 404 for missing photos and 400 for invalid parameters', async () => {
    await using fleet = await start()
    const tenant = `missing-${kind.name}`
    storages.onS3(fleet, tenant)
    const cases: [path: string, status: number, code: string][] = [
      ['/api/images/random', 404, 'no_photos'],
      ['/api/images/x.jpg', 404, 'photo_not_found'],
      ['/api/images/x.jpg/thumbnail', 404, 'photo_not_found'],
      ['/api/images/x.jpg/thumbnail?size=w1h1', 400, 'invalid_request'],
      ['/api/images/x.jpg/original', 400, 'invalid_request'],
      ['/api/images/x.jpg/copy', 400, 'invalid_request'],
      ['/api/images/x.jpg/copy?token=nonsense', 403, 'link_expired'],
      ['/api/images/x.jpg/original?token=nonsense', 403, 'link_expired'],
      ['/api/images/x.txt', 404, 'photo_not_found'],
      ['/api/images/..%2Fx.jpg', 404, 'photo_not_found'],
      ['/api/images/%2e%2e%2f%2e%2e%2fetc%2fpasswd', 404, 'photo_not_found'],
      ['/api/images/%E0%A4%A.jpg', 404, 'photo_not_found'],
      ['/api/images/%00.jpg', 404, 'photo_not_found'],
    ]
    for (const [path, status, code] of cases) {
      const response = await fleet.get(tenant, path)
      expect([path, response.status, (await response.json()).code]).toEqual([path, status, code])
    }
  })

  it('hides a private gallery from everyone while sign-in is not configured', async () => {
    await using fleet = await start()
    const tenant = `private-${kind.name}`
    const store = storages.onS3(fleet, tenant, {})
    await upload(store, 'a.jpg', await picture(1))
    for (const path of ['list', 'random', 'a.jpg', 'a.jpg/thumbnail']) {
      const response = await fleet.get(tenant, `/api/images/${path}`)
      expect([response.status, (await response.json()).code]).toEqual([503, 'sign_in_unavailable'])
    }
    expect(await (await fleet.get(tenant, '/api/admin/status')).json()).toEqual({ admin: false })
    expect((await fleet.get(tenant, '/')).status).toBe(200)
  })

  it('answers with a clear error when credentials are missing or rejected', async () => {
    await using fleet = await start()
    const tenant = `revoked-${kind.name}`
    storages.onS3(fleet, tenant)
    const key = `${tenant}/${tenant}-storage`
    const good = fleet.orchestrator.credentials.get(key) ?? {}
    const codeOf = async () => (await (await fleet.get(tenant, '/api/images/list')).json()).code
    fleet.orchestrator.credentials.delete(key)
    expect(await codeOf()).toBe('credentials_unavailable')
    fleet.orchestrator.credentials.set(key, { ...good, secret_access_key: 'wrong' })
    await fleet.invalidate(tenant)
    expect(await codeOf()).toBe('credentials_rejected')
    const resolutions = fleet.orchestrator.calls.filter(
      ({ path }) => path === '/v1/credentials/resolve',
    ).length
    // Extra, null and numeric fields that an orchestrator may send.
    fleet.orchestrator.credentials.set(key, {
      ...good,
      version: 7,
      region: null,
      expires_at: null,
      extra: {},
    })
    await vi.waitFor(async () => expect(await codeOf()).toBeUndefined(), patience)
    const later = fleet.orchestrator.calls.filter(({ path }) => path === '/v1/credentials/resolve')
    expect(later.length - resolutions).toBe(1)
    expect(later.every((call) => call.tenant === tenant)).toBe(true)
    fleet.orchestrator.script = ({ path }) =>
      path === '/v1/credentials/resolve'
        ? { status: 403, body: { error: 'insufficient_balance' } }
        : undefined
    storages.onS3(fleet, `broke-${kind.name}`)
    const broke = await fleet.get(`broke-${kind.name}`, '/api/images/list')
    expect([broke.status, (await broke.json()).code]).toEqual([402, 'insufficient_balance'])
  })

  it('does not ask the orchestrator again on every visit when a credentials reference is wrong', async () => {
    await using fleet = await start()
    const tenant = `astray-${kind.name}`
    storages.onS3(fleet, tenant)
    fleet.orchestrator.credentials.clear()
    for (let turn = 0; turn < 10; turn++) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => fleet.get(tenant, '/api/images/list')),
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
    }
    const calls = fleet.orchestrator.calls.filter(({ path }) => path === '/v1/credentials/resolve')
    // A busy machine may take longer than the ten seconds between two lookups.
    expect(calls.length).toBeLessThanOrEqual(3)
  }, 60_000)

  it('shows no names, keys, links or tokens of one tenant to another', async () => {
    await using fleet = await start()
    const tenants = Array.from({ length: 6 }, (_, index) => `iso-${index}-${kind.name}`)
    const photos = await Promise.all(tenants.map((_, index) => picture(40 * index)))
    for (const [index, tenant] of tenants.entries()) {
      const photo = photos[index] ?? Buffer.alloc(0)
      // Half of the photos have the same name at every tenant.
      if (index % 2 === 0) {
        const store = storages.onS3(fleet, tenant)
        await upload(store, 'same.jpg', photo)
        await upload(store, `only-${tenant}.jpg`, photo)
      } else {
        const account = storages.onDropbox(fleet, tenant)
        await account.seed('/Photos/same.jpg', photo)
        await account.seed(`/Photos/only-${tenant}.jpg`, photo)
      }
    }
    const paths = (tenant: string) => [
      '/api/images/list',
      '/api/images/same.jpg',
      '/api/images/same.jpg/thumbnail',
      '/api/images/random',
      `/api/images/only-${tenant}.jpg`,
    ]
    const visits = Array.from({ length: 4 }, () =>
      tenants.flatMap((tenant) => paths(tenant).map((path) => ({ tenant, path }))),
    )
    const answers = await Promise.all(
      visits.flat().map(async ({ tenant, path }) => {
        const response = await fleet.get(tenant, path, { 'x-request-id': `of-${tenant}` })
        return { tenant, path, status: response.status, bytes: Buffer.from(await response.arrayBuffer()) }
      }),
    )
    for (const { tenant, path, status, bytes } of answers) {
      expect([path, status]).toEqual([path, 200])
      for (const other of tenants.filter((name) => name !== tenant)) expect(bytes.includes(other)).toBe(false)
      expect(bytes.includes(canary)).toBe(false)
      if (!path.endsWith('thumbnail')) continue
      const { dominant } = await sharp(bytes).stats()
      expect(Math.abs(dominant.r - 40 * tenants.indexOf(tenant))).toBeLessThanOrEqual(8)
    }
    for (const tenant of tenants) {
      const foreign = await fleet.get(
        tenant,
        `/api/images/only-${tenants.find((name) => name !== tenant)}.jpg`,
      )
      expect(foreign.status).toBe(404)
    }
    expectCleanLog(fleet, tenants)
  })
})

/** Expects each log line to concern one tenant and contain no secret. */
function expectCleanLog(fleet: Fleet, tenants: readonly string[]): void {
  expect(fleet.host.lines.length).toBeGreaterThan(0)
  for (const line of fleet.host.lines) {
    expect(line).not.toMatch(/canary|X-Amz|credentials_ref|-storage/)
    const { tenant, path = '', request_id = '' }: Record<string, string | undefined> = JSON.parse(line)
    if (!tenant || path.includes('only-')) continue
    for (const other of tenants.filter((name) => name !== tenant)) expect(line).not.toContain(other)
    if (request_id.startsWith('of-')) expect(request_id).toBe(`of-${tenant}`)
  }
}

describe('a photo of a local store', () => {
  it('serves a local photo by a signed link on its own host only', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'publisher-photos-'))
    await using fleet = await startFleet(nodeHost, { ...signInVariables, LOCAL_STORAGE_ROOT: directory })
    const features = { auto_view_enabled: true }
    for (const tenant of ['alice', 'bob']) {
      fleet.orchestrator.tenants.set(`${tenant}.${baseDomain}`, {
        config: { auth, features, storage: { provider: 'local', paths: { root: 'photos' } } },
      })
    }
    const photo = await picture(1)
    await mkdir(join(directory, 'alice', 'photos'), { recursive: true })
    await writeFile(join(directory, 'alice', 'photos', 'a b.jpg'), photo)
    // Tenants whose configurations name the same path share nothing.
    expect((await fleet.get('bob', '/api/images/a%20b.jpg')).status).toBe(404)
    const { temp_url } = await (await adminRequest(fleet, 'alice', '/api/images/a%20b.jpg')).json()
    const link = new URL(temp_url)
    expect(link.origin).toBe(`https://alice.${baseDomain}`)
    const original = await fleet.get('alice', link.pathname + link.search)
    expect(original.headers.get('content-type')).toBe('image/jpeg')
    expect(Buffer.from(await original.arrayBuffer()).equals(photo)).toBe(true)
    expect((await fleet.get('bob', link.pathname + link.search)).status).toBe(403)
    expect((await fleet.get('alice', `${link.pathname}x.jpg${link.search}`)).status).toBe(404)
    const head = await fleet.host.request(`alice.${baseDomain}`, link.pathname + link.search, {
      method: 'HEAD',
      headers: https,
    })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(photo.length)])
    await rm(directory, { recursive: true })
  })

  it.each(['/', '/etc', 'alice', '../alice', '/alice/photos'])(
    'confines a tenant to its own folder when a configuration names the root %s',
    async (root) => {
      const directory = await mkdtemp(join(tmpdir(), 'publisher-photos-'))
      await mkdir(join(directory, 'alice', 'photos'), { recursive: true })
      await writeFile(join(directory, 'alice', 'photos', 'a.jpg'), await picture(1))
      await writeFile(join(directory, 'alice', 'b.jpg'), await picture(1))
      await using fleet = await startFleet(nodeHost, { LOCAL_STORAGE_ROOT: directory })
      fleet.orchestrator.tenants.set(`bob.${baseDomain}`, {
        config: { features: { auto_view_enabled: true }, storage: { provider: 'local', paths: { root } } },
      })
      const list = await fleet.get('bob', '/api/images/list')
      expect([200, 503]).toContain(list.status)
      expect(await list.text()).not.toContain('.jpg')
      await rm(directory, { recursive: true })
    },
  )

  it('refuses local storage with a message and opens no path when the server has no folder for it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'publisher-photos-'))
    await writeFile(join(directory, 'a.jpg'), await picture(1))
    await using fleet = await startFleet(nodeHost)
    fleet.orchestrator.tenants.set(`alice.${baseDomain}`, {
      config: {
        features: { auto_view_enabled: true },
        storage: { provider: 'local', paths: { root: directory } },
      },
    })
    for (const path of ['/api/images/list', '/api/images/a.jpg', '/api/images/a.jpg/thumbnail']) {
      const answer = await fleet.get('alice', path)
      expect([answer.status, await answer.json()]).toEqual([
        501,
        expect.objectContaining({
          code: 'provider_unavailable',
          detail: expect.stringContaining('LOCAL_STORAGE_ROOT'),
        }),
      ])
    }
    await rm(directory, { recursive: true })
  })
})
