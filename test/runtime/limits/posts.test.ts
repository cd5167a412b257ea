import { afterEach, describe, expect, it, vi } from 'vitest'
import { PublisherError } from '../../../src/base/errors.ts'
import { parseHost } from '../../../src/contract/host.ts'
import type { Platform } from '../../../src/contract/platform.ts'
import { publishers } from '../../../src/providers/publishers.ts'
import { createByteBudget } from '../../../src/runtime/limits/byte-budget.ts'
import { createPostSlots } from '../../../src/runtime/limits/posts.ts'
import { photo, scene as publishScene } from '../../support/fixtures/scripted-platforms.ts'

const vendorOf = (platform: Platform) => publishers[platform].vendor
const never = new Promise<never>(() => undefined)

/** Creates the slots of one tenant, and records what an operator would see. */
function scene(total = 100) {
  const known = parseHost('alice.shibari.test', 'shibari.test', [])
  if (!known) throw new Error('no tenant')
  const events: string[] = []
  let waiting = 0
  const pictures = createByteBudget({ total, patienceMs: 10_000, busy: 'Nothing was sent.' })
  const observer = {
    onRejected: (vendor: string, reason: string) => void events.push(`${vendor} ${reason}`),
    onWaiting: (_queue: string, change: number) => {
      waiting += change
    },
  }
  const slots = createPostSlots({ tenant: known.tenant, now: Date.now, observer, vendorOf }, pictures)
  return { slots, pictures, events, waiting: () => waiting }
}

afterEach(() => void vi.useRealTimers())

describe('post slots', () => {
  it('allows 4 posts, queues 32 more, and counts a refusal for each platform of a further post', async () => {
    const { slots, events, waiting } = scene()
    let begun = 0
    const hang = () => {
      begun += 1
      return never
    }
    for (let i = 0; i < 36; i++) slots.run(['email'], hang).catch(() => undefined)
    await expect(slots.run(['telegram', 'email'], hang)).rejects.toMatchObject({
      code: 'busy',
      retryAfterMs: expect.any(Number),
    })
    expect([begun, waiting()]).toEqual([4, 32])
    expect(events).toEqual(['telegram line_full', 'smtp line_full'])
  })

  it('refuses a post that has waited for a slot for 15 seconds', async () => {
    vi.useFakeTimers()
    const { slots, events, waiting } = scene()
    for (let i = 0; i < 4; i++) slots.run(['email'], () => never).catch(() => undefined)
    const refused = expect(slots.run(['email'], () => never)).rejects.toMatchObject({ code: 'busy' })
    await vi.advanceTimersByTimeAsync(15_000)
    await refused
    expect([events, waiting()]).toEqual([['smtp waited_too_long'], 0])
  })

  it.each([
    ['succeeds', undefined, true],
    ['is refused', new PublisherError('publish_refused', 'No.'), false],
    ['has an unknown outcome', new PublisherError('publish_outcome_unknown', 'Perhaps.'), false],
    ['fails with an unexpected error', new TypeError('a defect'), false],
  ])('frees the slot and the memory of its picture when a post %s', async (_title, error, success) => {
    const open = await publishScene()
    await using _ = open.folder
    const { slots, pictures } = scene()
    const held: number[] = []
    const telegram = {
      ...open.telegram,
      publish: async () => {
        held.push(pictures.takenBytes)
        if (error) throw error
        return { postId: '1' }
      },
    }
    const result = await open.publish({}, { publishers: [telegram], slots })
    expect([result.results.telegram?.success, held, pictures.takenBytes]).toEqual([success, [3], 0])
    await slots.run(['email'], async () => undefined)
  })

  it('frees the slot when the photo does not exist', async () => {
    const open = await publishScene()
    await using _ = open.folder
    const { slots, waiting } = scene()
    await open.folder.open().delete('root', photo)
    for (let i = 0; i < 5; i++) {
      await expect(open.publish({}, { slots })).rejects.toMatchObject({ code: 'photo_not_found' })
    }
    expect(waiting()).toBe(0)
  })

  it('removes an aborted post from the queue before anything begins', async () => {
    const open = await publishScene()
    await using _ = open.folder
    const { slots, waiting } = scene()
    for (let i = 0; i < 4; i++) slots.run(['email'], () => never).catch(() => undefined)
    const leaving = new AbortController()
    const published = open.publish({ caption: 'Mine.', signal: leaving.signal }, { slots })
    leaving.abort()
    await expect(published).rejects.toMatchObject({ code: 'invalid_request' })
    expect([open.stages, open.telegram.posts, waiting()]).toEqual([[], [], 0])
  })

  it('refuses a post before its claim when no memory is left for its picture', async () => {
    const open = await publishScene()
    await using _ = open.folder
    const { slots, pictures } = scene(7)
    await pictures.open('bob', 3).take(3)
    await pictures.open('carol', 2).take(2)
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const publishing = open.publish({ platforms: ['telegram'] }, { slots })
    await expect.poll(() => vi.getTimerCount()).toBeGreaterThan(0)
    await vi.advanceTimersByTimeAsync(11_000)
    expect((await publishing).results.telegram).toEqual({
      success: false,
      code: 'busy',
      error: 'Nothing was sent.',
    })
    expect(open.telegram.posts).toEqual([])
    const preview = await open.publish({ platforms: ['telegram'], dryRun: true }, { slots })
    expect(preview.results.telegram).not.toHaveProperty('standing')
  })
})
