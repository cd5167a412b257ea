import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Channel, channelsOf } from '../../../src/contract/channels.ts'
import type { PublisherEntry } from '../../../src/contract/publisher-entries.ts'
import { parsePhotoName } from '../../../src/ports/photo.ts'
import { recordFile } from '../../../src/ports/record-key.ts'
import type { PhotoStore } from '../../../src/ports/storage.ts'
import { failureKey, headKey, slugOf, successorKey } from '../../../src/workflow/ledger/channel-files.ts'
import { createLedger, type Ledger } from '../../../src/workflow/ledger.ts'
import { memoryRecords } from '../../support/fixtures/memory-records.ts'

const sha256 = 'a'.repeat(64)
const post = { name: parsePhotoName('photo.jpg'), sha256, caption: 'Tied.', rating: 'nudity' } as const

function telegrams(...ids: (string | undefined)[]): Channel[] {
  const entries = ids.map(
    (id): PublisherEntry => ({
      type: 'telegram',
      enabled: true,
      config: {},
      ...(id !== undefined && { id }),
    }),
  )
  return channelsOf(entries).map(({ entry: _entry, ...channel }) => channel)
}

function channelOf(ids: readonly string[], id: string): Channel {
  const channel = telegrams(...ids).find((found) => found.id === id)
  if (!channel) throw new Error(`There is no channel ${id}.`)
  return channel
}

async function publish(ledger: Ledger, channel: Channel, over: string | null = null): Promise<string> {
  const claim = await ledger.claim({ channel, post, requestId: 'r', over })
  if (claim.kind !== 'claimed') return claim.kind
  await ledger.settle(claim, { postId: `at ${channel.id ?? channel.name}` })
  return 'sent'
}

const order = (ids: readonly string[]) => fc.shuffledSubarray([...ids], { minLength: 1 })

describe('channels of one platform in the ledger', () => {
  it('publish once each, whatever order the entries have at each attempt', async () => {
    const ids = ['a', 'b', 'c']
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(order(ids), fc.nat(2)), { maxLength: 12 }), async (attempts) => {
        const ledger = createLedger(memoryRecords(), () => 0)
        const sent = new Map<string, number>()
        for (const [current, index] of attempts) {
          const id = current[index % current.length] ?? ''
          const outcome = await publish(ledger, channelOf(current, id))
          expect(outcome).toBe(sent.has(id) ? 'duplicate' : 'sent')
          sent.set(id, 1)
          for (const other of current) {
            const standing = await ledger.standing(sha256, channelOf(current, other))
            expect([other, standing.kind]).toEqual([other, sent.has(other) ? 'duplicate' : 'free'])
            if (standing.kind === 'duplicate') expect(standing.receipt.postId).toBe(`at ${other}`)
          }
        }
      }),
    )
  })

  it('send a photo at most once when processes with different orders of the entries publish at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.nat(3), async (scheduler, more) => {
        const store = memoryRecords()
        const slow = scheduled(store, scheduler)
        const orders = [['a', 'b'], ['b', 'a'], ['b', 'a'], ['a']].slice(0, more + 1)
        const ledger = createLedger(slow, () => 0)
        const ends = orders.map((ids) => publish(ledger, channelOf(ids, 'a')))
        await scheduler.waitFor(Promise.all(ends))
        const outcomes = await Promise.all(ends)
        expect(outcomes.filter((outcome) => outcome === 'sent').length).toBeLessThanOrEqual(1)
        // The next attempt ends with exactly one post.
        const again = await publish(
          createLedger(store, () => 0),
          channelOf(['b', 'a'], 'a'),
        )
        expect([...outcomes, again].filter((outcome) => outcome === 'sent')).toEqual(['sent'])
      }),
    )
  })

  it('keep a record of an earlier version with the first channel', async () => {
    const store = memoryRecords()
    const at = '2026-11-01T12:00:00.000Z'
    const old = {
      state: 'posted',
      attempt: 'x',
      platform: 'telegram',
      filename: 'photo.jpg',
      request_id: 'r',
    }
    const receipt = { ...old, claimed_at: at, posted_at: at, post_id: '42' }
    await store.replaceRecord(headKey(sha256, 'telegram'), JSON.stringify(receipt))
    const ledger = createLedger(store, () => 0)
    const [first, second] = telegrams('a', 'b')
    if (!first || !second) throw new Error('Two channels are needed.')
    expect(await ledger.standing(sha256, first)).toMatchObject({ kind: 'duplicate', receipt: { notes: {} } })
    expect(await ledger.standing(sha256, second)).toEqual({ kind: 'free' })
    expect(await publish(ledger, second)).toBe('sent')
  })

  it('stay published when the only entry loses its id', async () => {
    const ledger = createLedger(memoryRecords(), () => 0)
    await publish(ledger, channelOf(['a'], 'a'))
    const [unnamed] = telegrams(undefined)
    expect(unnamed && (await ledger.standing(sha256, unnamed)).kind).toBe('duplicate')
  })

  it('remember the failure of each channel apart, in any order', async () => {
    const ledger = createLedger(memoryRecords(), () => 0)
    await ledger.recordFailure(sha256, channelOf(['a', 'b'], 'a'), 'of a')
    await ledger.recordFailure(sha256, channelOf(['a', 'b'], 'b'), 'of b')
    expect(await ledger.failure(sha256, channelOf(['b', 'a'], 'a'))).toMatchObject({ error: 'of a' })
    expect(await ledger.failure(sha256, channelOf(['b', 'a'], 'b'))).toMatchObject({ error: 'of b' })
  })

  it('are listed with those that the configuration no longer has', async () => {
    const ledger = createLedger(memoryRecords(), () => 0)
    await publish(ledger, channelOf(['a', 'b'], 'a'))
    await publish(ledger, channelOf(['a', 'B/../x'], 'B/../x'))
    const names = async (channels: Channel[]) =>
      (await ledger.tried(sha256, channels)).map(({ name }) => name).sort()
    expect(await names(telegrams('c'))).toEqual(['B/../x', 'a', 'telegram'])
    expect(await names(telegrams('a'))).toEqual(['B/../x', 'telegram'])
    expect(await names([])).toEqual(['B/../x', 'telegram'])
  })
})

/** Delays every call so that the scheduler chooses the order. */
function scheduled(store: PhotoStore, scheduler: fc.Scheduler): PhotoStore {
  return {
    ...store,
    createRecord: scheduler.scheduleFunction(store.createRecord),
    readRecord: scheduler.scheduleFunction(store.readRecord),
    replaceRecord: scheduler.scheduleFunction(store.replaceRecord),
    deleteRecord: scheduler.scheduleFunction(store.deleteRecord),
  }
}

describe('the files of a channel', () => {
  it('have different names for different ids, also where case is ignored, and names that storages accept', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), fc.string(), async (one, other) => {
        const [slug, another] = await Promise.all([slugOf(one), slugOf(other)])
        const isSame = new TextDecoder().decode(new TextEncoder().encode(one)) === other
        expect(slug.toLowerCase() === another.toLowerCase()).toBe(isSame)
        const file = `instagram.${slug}`
        for (const key of [headKey(sha256, file), failureKey(sha256, file), successorKey(sha256, file, 'x')])
          expect(recordFile(key)).toContain(slug)
      }),
    )
  })

  it.each([
    ['failed', 'failed'],
    ['after-x', 'after-x'],
    ['A', 'a'],
    ['_41', 'A'],
    ['x'.repeat(81), 'x'.repeat(80)],
  ])('are the channel’s own for the id %s', async (id, other) => {
    const names = new Set([`telegram.${other}.json`, 'telegram.json', `telegram.${await slugOf(other)}.json`])
    const own = headKey(sha256, `telegram.${await slugOf(id)}`).at(-1) ?? ''
    if (id === other) names.delete(own)
    expect(names.has(own)).toBe(false)
  })
})
