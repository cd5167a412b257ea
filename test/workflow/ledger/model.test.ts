import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parsePhotoName } from '../../../src/ports/photo.ts'
import type { PhotoStore } from '../../../src/ports/storage.ts'
import { createLedger, type Ledger } from '../../../src/workflow/ledger.ts'
import { memoryRecords } from '../../support/fixtures/memory-records.ts'
import { firstChannel } from '../../support/fixtures/publishing.ts'

const sha256 = 'a'.repeat(64)
const channel = firstChannel('bluesky')
const post = { name: parsePhotoName('photo.jpg'), sha256, caption: 'Tied.', rating: 'nudity' } as const
const minute = 60_000
/** Clock of the second process, ahead of the first. */
const aheadMs = 4 * minute
/** Time after which a claim of either process is old for both. */
const oldMs = 10 * minute + aheadMs

/** The platform: keys of the posts that people see. A key has one post at most. */
type Vendor = Set<string>

/** Thrown when the process of a ledger dies, and when its storage fails. */
class Stopped extends Error {}

/** Makes the calls of a store fail from call `nth` on. `isMade`: the first failing call is made, and its answer is lost. */
function stopping(store: PhotoStore, nth: number, { isMade, isOver }: { isMade: boolean; isOver: boolean }) {
  let calls = 0
  const wrap =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      calls += 1
      if (calls < nth || (calls > nth && !isOver)) return call(...args)
      if (calls === nth && isMade) await call(...args)
      throw new Stopped('The storage does not answer.')
    }
  return {
    ...store,
    createRecord: wrap(store.createRecord),
    readRecord: wrap(store.readRecord),
    replaceRecord: wrap(store.replaceRecord),
    deleteRecord: wrap(store.deleteRecord),
  }
}

/** Publishes as the workflow does on a platform that can be asked. `arrives`: the post arrives. `answers`: so does the answer. */
async function publish(ledger: Ledger, vendor: Vendor, sending: { arrives: boolean; answers: boolean }) {
  const known = await ledger.standing(sha256, channel)
  if (known.kind === 'duplicate' || known.kind === 'in_progress') return
  let repeated = {}
  if (known.kind === 'unknown') {
    if (!known.request) throw new Error('A record is unreadable.')
    if (vendor.has(known.request.key)) {
      await ledger.settleFound(sha256, channel, known.attempt, { postId: known.request.key })
      return
    }
    repeated = known.request
  }
  const over = known.kind === 'free' ? null : known.attempt
  const claim = await ledger.claim({ ...repeated, channel, post, requestId: 'r', over })
  if (claim.kind !== 'claimed') return
  const key = claim.record.key ?? ''
  if (sending.arrives) vendor.add(key)
  if (!sending.answers) await ledger.markUnknown(claim, 'Lost.')
  else if (sending.arrives) await ledger.settle(claim, { postId: key })
  else await ledger.release(claim)
}

async function retract(ledger: Ledger, vendor: Vendor) {
  const known = await ledger.standing(sha256, channel)
  if (known.kind !== 'duplicate') return
  const { attempt } = known
  const change = await ledger.claimChange({ sha256, channel, attempt, requestId: 'r' })
  if (change.kind !== 'changing') return
  vendor.delete(change.post.receipt.postId)
  await ledger.retracted(change)
}

const step = fc.record({
  what: fc.constantFrom('publish', 'publish', 'retract'),
  process: fc.nat(1),
  arrives: fc.boolean(),
  answers: fc.boolean(),
  stopAt: fc.oneof(fc.constant(99), fc.nat(12)),
  isMade: fc.boolean(),
  isOver: fc.boolean(),
  waits: fc.boolean(),
})

it('never shows two posts and never loses sight of a post, in any order of attempts, retractions and kills', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const store = memoryRecords()
      const clocks = [0, aheadMs]
      let time = Date.parse('2026-11-01T12:00:00Z')
      const vendor: Vendor = new Set()
      for (const { what, process, stopAt, waits, ...how } of steps) {
        const now = () => time + (clocks[process] ?? 0)
        const ledger = createLedger(stopping(store, stopAt, how), now)
        const work = what === 'publish' ? publish(ledger, vendor, how) : retract(ledger, vendor)
        await work.catch((error: unknown) => {
          if (!(error instanceof Stopped)) throw error
        })
        expect(vendor.size).toBeLessThanOrEqual(1)
        const standing = await createLedger(store, () => time).standing(sha256, channel)
        // A post that people see is known as sent, on its way, or unknown.
        if (vendor.size === 1) expect(standing.kind).toMatch(/^(duplicate|in_progress|unknown)$/)
        if (waits) time += oldMs
      }
      // In the end one attempt leads to one post, and one retraction to none.
      time += oldMs
      const ledger = createLedger(store, () => time)
      await publish(ledger, vendor, { arrives: true, answers: true })
      const end = await ledger.standing(sha256, channel)
      expect(end.kind).toBe('duplicate')
      time += oldMs
      await retract(ledger, vendor)
      expect(vendor.size).toBe(0)
      expect((await ledger.standing(sha256, channel)).kind).toBe('retracted')
    }),
    { numRuns: 1000 },
  )
})
