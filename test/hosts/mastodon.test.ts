/** Requests that publish to a Mastodon and a Pixelfed which the tenant names, on both hosts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onRoute } from '../../dev/emulators/mastodon/faults.ts'
import type { FlavourName } from '../../dev/emulators/mastodon/flavours.ts'
import { type MastodonEmulator, startMastodonEmulator } from '../../dev/emulators/mastodon.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, signInVariables } from '../support/fixtures/admin.ts'
import { type Fleet, fleetVariables } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, nodeHost } from '../support/fixtures/hosts.ts'
import { canary, picture, upload } from '../support/fixtures/photographers.ts'
import { canariesIn } from '../support/fixtures/pictures-with-metadata.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const posting = 'POST /api/v1/statuses'
const tokenOf = (tenant: string) => `${canary}-token-of-${tenant}`

type Server = Pick<MastodonEmulator, 'url' | 'addAccount' | 'posts'>

/** Adds a tenant with an account on the server, and a photo in its inbox. */
async function open(studio: Studio, server: Server, tenant: string, config: Record<string, unknown> = {}) {
  const store = studio.tenant(tenant, { publishers: [entryOf(config)] })
  connect(studio, server, tenant)
  await upload(store, photo, await picture(90, 640, 480))
  return {
    posts: () => server.posts.filter(({ account }) => account.username === tenant),
    publish: (fleet = studio.fleet) => publish(fleet, tenant),
  }
}

const entryOf = (config: Record<string, unknown> = {}) => ({
  type: 'mastodon',
  credentials_ref: 'toots',
  config,
})

function connect({ fleet }: Pick<Studio, 'fleet'>, server: Server, tenant: string): void {
  fleet.orchestrator.credentials.set(`${tenant}/toots`, {
    provider: 'mastodon',
    version: '1',
    instance_url: `${server.url}/@${tenant}`,
    access_token: tokenOf(tenant),
  })
  server.addAccount({ username: tenant, token: tokenOf(tenant) })
}

async function publish(fleet: Fleet, tenant: string) {
  const path = `/api/images/${photo}/publish`
  const response = await adminPost(fleet, tenant, path, { caption: 'Tied at dusk.' })
  return { status: response.status, body: await response.json() }
}

describeOnBothHosts('publishing to Mastodon', (kind) => {
  let studio: Studio
  const servers = new Map<FlavourName, MastodonEmulator>()
  const on = (flavour: FlavourName) => {
    const server = servers.get(flavour)
    if (!server) throw new TypeError('unreachable')
    return server
  }
  beforeAll(async () => {
    studio = await startStudio(kind)
    for (const flavour of ['mastodon', 'pixelfed'] as const)
      servers.set(flavour, await startMastodonEmulator({ accounts: [], flavour }))
  })
  afterAll(async () => {
    await studio[Symbol.asyncDispose]()
    for (const server of servers.values()) await server.close()
  })

  it.each(['mastodon', 'pixelfed'] as const)(
    'posts a photo to %s once, without metadata',
    async (flavour) => {
      const { publish, posts } = await open(studio, on(flavour), `${flavour}-one`)
      const first = await publish()
      const [post] = posts()
      expect(first).toMatchObject({
        status: 200,
        body: {
          any_success: true,
          archived: true,
          results: { mastodon: { success: true, post_id: post?.id } },
        },
      })
      expect(post).toMatchObject({
        text: 'Tied at dusk.',
        visibility: 'unlisted',
        sensitive: true,
        spoilerText: '',
      })
      expect(canariesIn(post?.media[0]?.bytes ?? new Uint8Array())).toEqual([])
      expect(posts()).toHaveLength(1)
    },
  )

  it.each(['mastodon', 'pixelfed'] as const)(
    'succeeds within the request when %s loses its answer',
    async (flavour) => {
      const server = on(flavour)
      const { publish, posts } = await open(studio, server, `${flavour}-lost`)
      const stop = server.interfere(onRoute(posting, { kind: 'answer-lost' }))
      const { body } = await publish()
      stop()
      expect(posts().map(({ id }) => id)).toEqual([body.results.mastodon.post_id])
      expect(body.results.mastodon.success).toBe(true)
    },
  )

  it('calls no address that the endpoint rules refuse', async () => {
    const server = on('mastodon')
    const tenant = 'mastodon-refused'
    const { publish } = await open(studio, server, tenant)
    // With ALLOW_PRIVATE_ENDPOINTS, the rules still refuse user information.
    const address = server.url.replace('//', '//alice:canary@')
    connect(studio, { ...server, url: address }, tenant)
    const calls = server.calls.length
    const { body } = await publish()
    expect(body.results.mastodon).toMatchObject({ success: false, code: 'endpoint_refused' })
    expect(JSON.stringify(body)).not.toContain('canary')
    expect(server.calls).toHaveLength(calls)
  })

  it('follows the settings of the tenant', async () => {
    const config = { visibility: 'private', content_warning: 'Art', rating_map: { nudity: 'warning' } }
    const { publish, posts } = await open(studio, on('mastodon'), 'mastodon-set', config)
    await publish()
    expect(posts()).toMatchObject([{ visibility: 'private', spoilerText: 'Art' }])
  })
})

describe('twenty requests in two processes', () => {
  it('makes a single post on Pixelfed, whose keys protect from no race', async () => {
    const studio = await startStudio(nodeHost)
    const server = await startMastodonEmulator({ accounts: [], flavour: 'pixelfed', delayMs: 5 })
    const { publish, posts } = await open(studio, server, 'pixelfed-race')
    const second = await nodeHost.start({
      ...fleetVariables(studio.fleet.orchestrator),
      ...signInVariables,
    })
    const fleets = [studio.fleet, { ...studio.fleet, host: second }]
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => publish(fleets[index % 2])))
    expect(posts()).toHaveLength(1)
    const sent = answers.filter(
      ({ body }) => body.results?.mastodon?.success && !body.results.mastodon.skipped,
    )
    expect(sent).toHaveLength(1)
    await second.close()
    await server.close()
    await studio[Symbol.asyncDispose]()
  })
})
