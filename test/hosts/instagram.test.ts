import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onOperation } from '../../dev/emulators/instagram/faults.ts'
import { type InstagramEmulator, startInstagramEmulator } from '../../dev/emulators/instagram.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, adminRequest, signInVariables } from '../support/fixtures/admin.ts'
import { baseDomain, fleetVariables, https } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, type HostKind, nodeHost, type RunningHost } from '../support/fixtures/hosts.ts'
import { upload } from '../support/fixtures/photographers.ts'
import { canariesIn, canaryJpeg, credited } from '../support/fixtures/pictures-with-metadata.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const instagramOnly = { platforms: ['instagram'] }

interface Scene extends AsyncDisposable {
  studio: Studio
  instagram: InstagramEmulator
  /** Host that Instagram reaches. Default: the host that publishes. */
  reached: RunningHost
  /** Adds a tenant with an account and a photo. */
  open(config?: Record<string, unknown>, sidecar?: string): Promise<Tenant>
}

interface Tenant {
  name: string
  sha256: string
  publish(body?: unknown): Promise<ReturnType<typeof JSON.parse>>
}

const words = 'rope\n\n# ---\n# caption: Tied at dusk.\n# alt_text: Rope by a window.\n# rating: general\n'

async function startScene(kind: HostKind, variables: Record<string, string> = {}): Promise<Scene> {
  let reached: RunningHost | undefined
  const instagram = await startInstagramEmulator({
    accounts: [],
    polls: 0,
    // The public address of each tenant leads to this host.
    portOf: () => reached?.port ?? 0,
  })
  const studio = await startStudio(kind, { INSTAGRAM_API_BASE_URL: instagram.apiUrl, ...variables })
  reached = studio.fleet.host
  let tenants = 0
  return {
    studio,
    instagram,
    get reached() {
      return reached ?? studio.fleet.host
    },
    set reached(host) {
      reached = host
    },
    async open(config = {}, sidecar = words) {
      const name = `insta-${kind.name}-${++tenants}`
      const account = { userId: `1784140000000000${tenants}`, username: name, token: `${name}-canary` }
      instagram.addAccount(account)
      const publishers = [{ id: 'feed', type: 'instagram', credentials_ref: `${name}-instagram` }]
      const store = studio.tenant(name, { publishers, content: { archive: false }, ...config })
      const secret = {
        provider: 'instagram',
        version: '1',
        access_token: account.token,
        user_id: account.userId,
      }
      studio.fleet.orchestrator.credentials.set(`${name}/${name}-instagram`, secret)
      const bytes = await canaryJpeg({ width: 640, height: 1280 })
      await upload(store, photo, bytes)
      await store.writeSidecar('root', photo, sidecar)
      return {
        name,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        publish: async (body: unknown = instagramOnly) =>
          (await adminPost(studio.fleet, name, `/api/images/${photo}/publish`, body)).json(),
      }
    },
    async [Symbol.asyncDispose]() {
      await studio[Symbol.asyncDispose]()
      await instagram.close()
    },
  }
}

describeOnBothHosts('publishing to Instagram', (kind) => {
  let scene: Scene
  beforeAll(async () => {
    scene = await startScene(kind)
  })
  afterAll(() => scene[Symbol.asyncDispose]())

  it('posts a photo that Instagram fetches from the tenant’s own host', async () => {
    const { name, publish } = await scene.open()
    const { results } = await publish()
    const post = scene.instagram.posts.at(-1)
    expect(results.instagram).toMatchObject({ success: true, post_id: post?.id, url: post?.permalink })
    expect(post).toMatchObject({
      username: name,
      caption: expect.stringContaining('dusk'),
      altText: 'Rope by a window.',
    })
    // The photographer's credit, and nothing else.
    expect(post?.picture.metadata).toEqual(['exif', 'xmp'])
    expect(Buffer.from(post?.picture.bytes ?? []).includes(credited)).toBe(true)
    expect(canariesIn(post?.picture.bytes ?? new Uint8Array())).toEqual([])
    const fetched = scene.instagram.fetches.at(-1)
    expect(fetched).toMatchObject({
      status: 200,
      url: expect.stringContaining(`https://${name}.${baseDomain}/`),
    })
    expect(fetched?.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': String(post?.picture.bytes.length),
      'cache-control': 'private, no-store',
      'x-robots-tag': 'noindex',
    })
    expect(fetched?.headers['set-cookie']).toBeUndefined()
  })

  it('publishes the same photo once when twenty requests arrive together', async () => {
    const { name, publish } = await scene.open()
    const answers = await Promise.all(Array.from({ length: 20 }, () => publish()))
    const again = (await publish()).results.instagram
    expect(scene.instagram.posts.filter(({ username }) => username === name)).toHaveLength(1)
    expect(
      answers.filter(({ results }) => results.instagram.success && !results.instagram.skipped),
    ).toHaveLength(1)
    expect(again).toMatchObject({ success: true, skipped: 'duplicate' })
  })

  it('finds the post within the same request when its answer gets lost', async () => {
    const { name, publish } = await scene.open()
    scene.instagram.interfere(onOperation('media_publish', { kind: 'answer-lost' }))
    const { results } = await publish()
    const posts = scene.instagram.posts.filter(({ username }) => username === name)
    expect(results.instagram).toMatchObject({ success: true, post_id: posts[0]?.id })
    expect(posts).toHaveLength(1)
  })

  it('sends nothing when the photo has no rating', async () => {
    const { publish } = await scene.open({}, 'rope\n\n# ---\n# caption: Tied at dusk.\n')
    const calls = scene.instagram.calls.length
    const { results } = await publish()
    expect(results.instagram).toMatchObject({ success: false, error: expect.stringContaining('nudity') })
    expect(scene.instagram.calls).toHaveLength(calls)
  })

  it('serves the picture to programs without a sign-in, in a private gallery, and refuses every other address', async () => {
    const features = { auto_view_enabled: false, publish_enabled: true }
    const { name, publish } = await scene.open({ features })
    const other = await scene.open()
    let release = () => {}
    const until = new Promise<void>((resolve) => {
      release = resolve
    })
    scene.instagram.interfere(onOperation('get', { kind: 'hold', until }))
    const before = scene.instagram.fetches.length
    const publishing = publish()
    await expect.poll(() => scene.instagram.fetches.length, { timeout: 20_000 }).toBe(before + 1)
    const address = new URL(scene.instagram.fetches.at(-1)?.url ?? '')
    const path = address.pathname + address.search
    expect(path.length).toBeGreaterThan(40)
    const host = `${name}.${baseDomain}`
    const get = (target: string, from = host, method = 'GET') =>
      scene.reached.request(from, target, { method, headers: https })

    const [full, head] = [await get(path), await get(path, host, 'HEAD')]
    const bytes = await full.arrayBuffer()
    expect([full.status, head.status]).toEqual([200, 200])
    expect(head.headers.get('content-length')).toBe(String(bytes.byteLength))
    expect((await head.arrayBuffer()).byteLength).toBe(0)

    expect((await get(path, `${other.name}.${baseDomain}`)).status).toBe(403)
    const places = Array.from({ length: 12 }, (_, index) => path.length - 1 - index * 23).filter(
      (place) => place > 20,
    )
    for (const place of [...places, 5, 10, 15]) {
      const changed = path.slice(0, place) + (path[place] === 'A' ? 'B' : 'A') + path.slice(place + 1)
      expect((await get(changed)).status, changed).toBeGreaterThanOrEqual(400)
      expect((await get(changed)).status, changed).toBeLessThan(500)
    }
    release()
    expect((await publishing).results.instagram).toMatchObject({ success: true })
    // Instagram may still fetch it after the answer.
    expect((await get(path)).status).toBe(200)
  })
})

describe('publishing to Instagram from several processes', () => {
  it('serves the picture from a process that did not publish it', async () => {
    await using scene = await startScene(nodeHost)
    const { orchestrator } = scene.studio.fleet
    const variables = { ...fleetVariables(orchestrator), ...signInVariables }
    const second = await nodeHost.start({ ...variables, INSTAGRAM_API_BASE_URL: scene.instagram.apiUrl })
    try {
      scene.reached = second
      const { name, publish } = await scene.open()
      expect((await publish()).results.instagram).toMatchObject({ success: true })
      const isPicture = (line: string) => line.includes('/api/offered-picture') && line.includes(name)
      expect(second.lines.filter(isPicture)).toHaveLength(1)
      expect([...second.lines, ...scene.studio.fleet.host.lines].join('')).not.toMatch(/canary|token=/)

      const other = await scene.open()
      const path = `/api/images/${photo}/publish`
      const elsewhere = { ...scene.studio.fleet, host: second }
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const fleet = index % 2 === 0 ? scene.studio.fleet : elsewhere
          return (await adminPost(fleet, other.name, path, instagramOnly)).json()
        }),
      )
      expect(scene.instagram.posts.filter(({ username }) => username === other.name)).toHaveLength(1)
      expect(
        answers.filter(({ results }) => results.instagram.success && !results.instagram.skipped),
      ).toHaveLength(1)
    } finally {
      await second.close()
    }
  })

  it('refuses a picture after ten minutes, and counts no fetch as a visit', async () => {
    let clock = Date.now()
    let port = 0
    const instagram = await startInstagramEmulator({ accounts: [], polls: 0, portOf: () => port })
    const variables = { INSTAGRAM_API_BASE_URL: instagram.apiUrl, VIEWER_REQUESTS_PER_5_MINUTES: '1' }
    await using studio = await startStudio(nodeHost, variables, () => clock)
    port = studio.fleet.host.port
    const name = 'insta-late'
    instagram.addAccount({ userId: '1', username: name, token: 'late-canary' })
    const store = studio.tenant(name, { publishers: [{ type: 'instagram', credentials_ref: 'late' }] })
    const secret = { provider: 'instagram', version: '1', access_token: 'late-canary', user_id: '1' }
    studio.fleet.orchestrator.credentials.set(`${name}/late`, secret)
    await upload(store, photo, await canaryJpeg({ width: 640, height: 480 }))
    await store.writeSidecar('root', photo, words)
    let release = () => {}
    const until = new Promise<void>((resolve) => {
      release = resolve
    })
    instagram.interfere(onOperation('get', { kind: 'hold', until }))
    const publishing = adminPost(studio.fleet, name, `/api/images/${photo}/publish`, instagramOnly)
    await expect.poll(() => instagram.fetches.length, { timeout: 20_000 }).toBe(1)
    const { pathname, search } = new URL(instagram.fetches[0]?.url ?? '')
    const status = async () => (await studio.fleet.get(name, pathname + search)).status
    expect([await status(), await status(), await status()]).toEqual([200, 200, 200])
    clock += 601_000
    expect(await status()).toBe(403)
    release()
    await publishing
    await instagram.close()
  })
})

describe('publishing to Instagram in development', () => {
  it('offers the picture over HTTP, with the port of the request', async () => {
    const insecure = { FORCE_HTTPS: 'false', WEB_SECURE_COOKIES: 'true' }
    const instagram = await startInstagramEmulator({ accounts: [], polls: 0 })
    await using studio = await startStudio(nodeHost, {
      INSTAGRAM_API_BASE_URL: instagram.apiUrl,
      ...insecure,
    })
    const name = 'insta-dev'
    instagram.addAccount({ userId: '1', username: name, token: 'dev-canary' })
    const store = studio.tenant(name, { publishers: [{ type: 'instagram', credentials_ref: 'dev' }] })
    const secret = { provider: 'instagram', version: '1', access_token: 'dev-canary', user_id: '1' }
    studio.fleet.orchestrator.credentials.set(`${name}/dev`, secret)
    await upload(store, photo, await canaryJpeg({ width: 640, height: 480 }))
    await store.writeSidecar('root', photo, words)
    const { port } = studio.fleet.host
    const path = `/api/images/${photo}/publish`
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify(instagramOnly)
    const fleet = {
      ...studio.fleet,
      host: {
        ...studio.fleet.host,
        request: (host: string, target: string, options?: Parameters<RunningHost['request']>[2]) =>
          studio.fleet.host.request(`${host}:${port}`, target, options),
      },
    }
    const response = await adminRequest(fleet, name, path, { method: 'POST', headers, body })
    expect((await response.json()).results.instagram).toMatchObject({ success: true })
    expect(instagram.fetches).toMatchObject([
      { url: expect.stringContaining(`http://${name}.${baseDomain}:${port}/`) },
    ])
    await instagram.close()
  })
})
