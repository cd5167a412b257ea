import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fault, type Operation, onOperation } from '../../dev/emulators/instagram/faults.ts'
import { type InstagramEmulator, startInstagramEmulator } from '../../dev/emulators/instagram.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, signInVariables } from '../support/fixtures/admin.ts'
import { fleetVariables } from '../support/fixtures/fleet.ts'
import { nodeHost, type RunningHost } from '../support/fixtures/hosts.ts'
import { nodeProcess } from '../support/fixtures/node-process.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const path = `/api/images/${photo}/publish`
const body = { platforms: ['instagram'] }
const forever = new Promise<never>(() => {})
const minuteMs = 60_000

describe('a process that is killed while it publishes to Instagram', () => {
  let studio: Studio
  let instagram: InstagramEmulator
  let second: RunningHost
  let clock = 0
  beforeAll(async () => {
    // Instagram reaches the process that stays alive.
    instagram = await startInstagramEmulator({ accounts: [], polls: 0, portOf: () => second.port })
    const variables = { INSTAGRAM_API_BASE_URL: instagram.apiUrl }
    studio = await startStudio(nodeHost, variables)
    const all = { ...fleetVariables(studio.fleet.orchestrator), ...signInVariables, ...variables }
    second = await nodeHost.start(all, () => Date.now() + clock)
  })
  afterAll(async () => {
    await second.close()
    await studio[Symbol.asyncDispose]()
    await instagram.close()
  })

  it.each<[string, Operation, Fault]>([
    ['before its container exists', 'media', { kind: 'hold', until: forever }],
    ['before it knows its container', 'media', { kind: 'hold-tail', afterBytes: 0, until: forever }],
    ['before its container is ready', 'get', { kind: 'hold', until: forever }],
    ['before its photo is out', 'media_publish', { kind: 'hold', until: forever }],
    ['after its photo is out', 'media_publish', { kind: 'hold-tail', afterBytes: 0, until: forever }],
  ])(
    '%s leaves exactly one post once another process publishes the photo',
    async (when, operation, fault) => {
      const kind = nodeProcess()
      const first = await kind.start({
        ...fleetVariables(studio.fleet.orchestrator),
        ...signInVariables,
        INSTAGRAM_API_BASE_URL: instagram.apiUrl,
      })
      const name = `killed-${when.replaceAll(' ', '-')}`
      const account = { userId: `1784${instagram.calls.length}`, username: name, token: `${name}-canary` }
      instagram.addAccount(account)
      const publishers = [{ type: 'instagram', credentials_ref: 'feed' }]
      const store = studio.tenant(name, { publishers, content: { archive: false } })
      const secret = {
        provider: 'instagram',
        version: '1',
        access_token: account.token,
        user_id: account.userId,
      }
      studio.fleet.orchestrator.credentials.set(`${name}/feed`, secret)
      await upload(store, photo, await picture(instagram.calls.length % 255, 400, 400))
      await store.writeSidecar('root', photo, 'rope\n\n# ---\n# caption: Tied.\n# rating: general\n')
      const posts = () => instagram.posts.filter(({ username }) => username === name)

      const calls = instagram.calls.length
      const stop = instagram.interfere(onOperation(operation, fault))
      const lost = adminPost({ ...studio.fleet, host: first }, name, path, body).catch(() => null)
      const isReached = () => instagram.calls.slice(calls).some((call) => call.operation === operation)
      await expect.poll(isReached, { timeout: 20_000 }).toBe(true)
      const isDone = () => operation !== 'media_publish' || fault.kind === 'hold' || posts().length === 1
      await expect.poll(isDone, { timeout: 20_000 }).toBe(true)
      await first.close()
      await lost
      stop()

      const elsewhere = { ...studio.fleet, host: second }
      const publish = async () =>
        (await (await adminPost(elsewhere, name, path, body)).json()).results.instagram
      expect(await publish()).toMatchObject({ skipped: 'in_progress' })
      clock += 11 * minuteMs
      expect(await publish()).toMatchObject({ success: true, post_id: posts()[0]?.id })
      expect(await publish()).toMatchObject({ success: true, skipped: 'duplicate', post_id: posts()[0]?.id })
      expect(posts()).toHaveLength(1)
    },
  )
})
