import { describe, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import type { PhotoStore } from '../../src/ports/storage.ts'
import { type Claim, createLedger, type Ledger } from '../../src/workflow/ledger.ts'
import { firstChannel, photoFolder } from '../support/fixtures/publishing.ts'

const sha256 = 'a'.repeat(64)
const minute = 60_000
const key = ['ledger', sha256, 'telegram.json']
const photo = parsePhotoName('photo.jpg')
const telegram = firstChannel('telegram')

function postOf(name = photo) {
  return { name, sha256, caption: 'Tied.', rating: 'nudity' } as const
}

async function open() {
  const folder = await photoFolder()
  const clock = { time: Date.parse('2026-11-01T12:00:00Z') }
  const store = folder.open()
  return {
    store,
    clock,
    ledger: createLedger(store, () => clock.time),
    /** Another process, whose clock differs. */
    another: (aheadMs = 0) => createLedger(folder.open(), () => clock.time + aheadMs),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** Claims the photo. With `force`, overrides the outcome that is unknown at this moment. */
async function claim(ledger: Ledger, force = false, filename = photo) {
  const known = await ledger.standing(sha256, telegram)
  const over = force && known.kind === 'unknown' ? known.attempt : null
  return ledger.claim({ channel: telegram, post: postOf(filename), requestId: 'r', over })
}

async function claimed(ledger: Ledger, force = false) {
  const found = await claim(ledger, force)
  if (found.kind !== 'claimed') throw new Error(`The claim is ${found.kind}.`)
  return found
}

function duplicateOf(postId: string) {
  const receipt = { postId, postedAt: expect.any(Date), notes: {}, rating: 'nudity' }
  return { kind: 'duplicate', attempt: expect.any(String), receipt, caption: 'Tied.' }
}

describe('the ledger', () => {
  it('grants a photo to exactly one of many concurrent attempts', async () => {
    await using open1 = await open()
    const { another } = open1
    const kinds = await Promise.all(Array.from({ length: 20 }, async () => (await claim(another())).kind))
    expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1)
    expect(kinds.filter((kind) => kind === 'in_progress')).toHaveLength(19)
  })

  it('finds a receipt by the photo’s content, under any name and for each platform alone', async () => {
    await using scene = await open()
    const { ledger, another } = scene
    await ledger.settle(await claimed(ledger), { postId: '42', url: 'https://t.me/x/42' })
    const duplicate = {
      kind: 'duplicate',
      attempt: expect.any(String),
      receipt: {
        postId: '42',
        postedAt: new Date(scene.clock.time),
        url: 'https://t.me/x/42',
        notes: {},
        rating: 'nudity',
      },
      caption: 'Tied.',
    }
    expect(await claim(another(), false, parsePhotoName('copy.jpg'))).toEqual(duplicate)
    expect(await claim(another(), true)).toEqual(duplicate)
    expect(await ledger.standing(sha256, firstChannel('email'))).toEqual({ kind: 'free' })
  })

  it('respects a claim for ten minutes, even with force, and then reports an unknown outcome', async () => {
    await using scene = await open()
    const { ledger, another, clock } = scene
    const since = new Date(clock.time)
    await claimed(ledger)
    clock.time += 10 * minute - 1
    expect(await claim(another(), true)).toEqual({ kind: 'in_progress', since: expect.any(Date) })
    clock.time += 1
    expect(await claim(another())).toMatchObject({ kind: 'unknown', since })
  })

  it('tolerates clocks that differ by minutes', async () => {
    await using scene = await open()
    const { ledger, another } = scene
    await claimed(ledger)
    for (const minutes of [-9, -1, 1, 9]) {
      expect(await another(minutes * minute).standing(sha256, telegram)).toEqual({
        kind: 'in_progress',
        since: expect.any(Date),
      })
    }
  })

  it('does not wait for a claim from the far future', async () => {
    await using scene = await open()
    const { ledger, another } = scene
    await claimed(another(60 * minute))
    expect(await ledger.standing(sha256, telegram)).toMatchObject({ kind: 'unknown' })
  })

  it('refuses a claim when its record holds the text of another attempt', async () => {
    await using scene = await open()
    const { store, clock, another } = scene
    const winner = await claimed(another())
    // Simulates a storage that let both attempts pass and kept the other attempt's text.
    const gullible = { ...store, createRecord: async () => true }
    expect(await claim(createLedger(gullible, () => clock.time))).toEqual({
      kind: 'in_progress',
      since: expect.any(Date),
    })
    await another().settle(winner, { postId: '42' })
    expect(await claim(another())).toEqual(duplicateOf('42'))
  })

  it('refuses a claim to an attempt that was suspended between claiming and sending', async () => {
    await using scene = await open()
    const { store, clock } = scene
    const sleepy = {
      ...store,
      readRecord: async (...asked: Parameters<typeof store.readRecord>) => {
        clock.time += 6 * minute
        return store.readRecord(...asked)
      },
    }
    expect((await claim(createLedger(sleepy, () => clock.time))).kind).not.toBe('claimed')
  })

  it('deletes a claim that cannot be read back', async () => {
    await using scene = await open()
    const { store, clock, another } = scene
    let isCreated = false
    const mute: PhotoStore = {
      ...store,
      async createRecord(...created) {
        isCreated = true
        return store.createRecord(...created)
      },
      readRecord: (asked) => (isCreated ? Promise.reject(new Error('down')) : store.readRecord(asked)),
    }
    const attempt = { channel: telegram, post: postOf(), requestId: 'r', over: null }
    await expect(createLedger(mute, () => clock.time).claim(attempt)).rejects.toThrow('down')
    expect((await claim(another())).kind).toBe('claimed')
  })

  it('lets only one of many forced attempts override an unknown outcome', async () => {
    await using scene = await open()
    const { ledger, another } = scene
    await ledger.markUnknown(await claimed(ledger), 'The answer got lost.')
    expect((await claim(another())).kind).toBe('unknown')
    const kinds = await Promise.all(
      Array.from({ length: 20 }, async () => (await claim(another(), true)).kind),
    )
    expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1)
    expect(new Set(kinds)).toEqual(new Set(['claimed', 'in_progress']))
  })

  it('restores the previous standing after a certain refusal', async () => {
    await using scene = await open()
    const { ledger, another } = scene
    await ledger.release(await claimed(ledger))
    expect(await ledger.standing(sha256, telegram)).toEqual({ kind: 'free' })
    await ledger.markUnknown(await claimed(ledger), 'The answer got lost.')
    for (let round = 0; round < 3; round++) {
      await ledger.release(await claimed(another(), true))
      expect((await ledger.standing(sha256, telegram)).kind).toBe('unknown')
    }
    await ledger.settle(await claimed(another(), true), { postId: '7' })
    expect((await ledger.standing(sha256, telegram)).kind).toBe('duplicate')
  })

  it('refuses to override an attempt that began after the caller looked', async () => {
    await using scene = await open()
    const { ledger, another } = scene
    await ledger.markUnknown(await claimed(ledger), 'The answer got lost.')
    const seen = await ledger.standing(sha256, telegram)
    const over = seen.kind === 'unknown' ? seen.attempt : null
    // Two clicks have seen the same outcome. The first click's outcome becomes unknown at once.
    await ledger.markUnknown(await claimed(another(), true), 'The answer got lost, too.')
    const second = { channel: telegram, post: postOf(), requestId: 'r', over }
    expect((await another().claim(second)).kind).toBe('unknown')
  })

  it('finds the receipt of a forced attempt behind the outcome that it overrode', async () => {
    await using scene = await open()
    const { ledger, another, clock } = scene
    await ledger.markUnknown(await claimed(ledger), 'The answer got lost.')
    const forced = await claimed(another(), true)
    expect(await claim(another(), true)).toEqual({ kind: 'in_progress', since: expect.any(Date) })
    await ledger.settle(forced, { postId: '9' })
    clock.time += 11 * minute
    expect(await claim(another(), true)).toEqual(duplicateOf('9'))
  })

  it.each([
    ['reports a refusal', (late: Ledger, claim: Claim) => late.release(claim)],
    ['reports an unknown outcome', (late: Ledger, claim: Claim) => late.markUnknown(claim, 'Lost.')],
  ])('releases nothing when an attempt resumes after its claim expired and %s', async (_title, wakeUp) => {
    await using scene = await open()
    const { ledger, another, clock } = scene
    const asleep = await claimed(ledger)
    clock.time += 11 * minute
    const forced = await claimed(another(), true)
    await wakeUp(ledger, asleep)
    expect(await claim(another())).toEqual({ kind: 'in_progress', since: expect.any(Date) })
    await another().settle(forced, { postId: '9' })
    await wakeUp(ledger, asleep)
    expect(await claim(another(), true)).toEqual(duplicateOf('9'))
  })

  it('keeps the receipt of an attempt whose claim had expired, even when the next attempt failed', async () => {
    await using scene = await open()
    const { ledger, another, clock } = scene
    const asleep = await claimed(ledger)
    clock.time += 11 * minute
    const forced = await claimed(another(), true)
    await ledger.settle(asleep, { postId: '3' })
    await another().release(forced)
    expect(await claim(another(), true)).toEqual(duplicateOf('3'))
  })

  it('terminates at records that form a cycle, and leaves the records unchanged', async () => {
    await using scene = await open()
    const { ledger, store } = scene
    const turning = JSON.stringify({ ...(await claimed(ledger)).record, state: 'unknown', reason: '' })
    await store.replaceRecord(key, turning)
    const { attempt } = JSON.parse(turning)
    await store.replaceRecord(['ledger', sha256, `telegram.after-${attempt}.json`], turning)
    expect((await claim(ledger, true)).kind).toBe('unknown')
  })

  it('overrides unreadable records in turn, each only with force', async () => {
    await using scene = await open()
    const { ledger, store } = scene
    await store.replaceRecord(key, 'rubbish')
    const first = await claimed(ledger, true)
    await store.replaceRecord(first.key, 'rubbish')
    expect(await claim(ledger)).toEqual({
      kind: 'unknown',
      attempt: expect.any(String),
      since: null,
      request: null,
    })
    await ledger.settle(await claimed(ledger, true), { postId: '5' })
    expect(await claim(ledger, true)).toEqual(duplicateOf('5'))
  })

  it('returns no link other than a web address', async () => {
    await using scene = await open()
    const { ledger, store } = scene
    await ledger.settle(await claimed(ledger), { postId: '42', url: 'https://t.me/x/42' })
    const receipt = (await store.readRecord(key))?.text ?? ''
    await store.replaceRecord(key, receipt.replace('https://t.me/x/42', 'javascript:alert(1)'))
    expect(await claim(ledger)).toEqual(duplicateOf('42'))
  })

  it.each([
    ['nothing', ''],
    ['invalid JSON', '{"state":'],
    ['another program’s JSON', '{"version":3}'],
    [
      'a claim without its time',
      '{"state":"claimed","attempt":"x","platform":"telegram","filename":"a","request_id":"r"}',
    ],
    [
      'an attempt with a path in its name',
      '{"state":"unknown","attempt":"../../x","platform":"t","filename":"a","claimed_at":"2026-11-01T12:00:00Z","request_id":"r","reason":""}',
    ],
  ])('treats a record that holds %s as an unknown outcome, never as a free photo', async (_title, text) => {
    await using scene = await open()
    const { ledger, another, store } = scene
    await store.replaceRecord(key, text)
    expect((await claim(ledger)).kind).toBe('unknown')
    const kinds = await Promise.all(
      Array.from({ length: 5 }, async () => (await claim(another(), true)).kind),
    )
    expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1)
  })

  it('stores what a change of the post needs, and no secrets', async () => {
    await using scene = await open()
    const { ledger, store } = scene
    await ledger.settle(await claimed(ledger), { postId: '42', warning: 'The confirmation failed.' })
    expect(JSON.parse((await store.readRecord(key))?.text ?? '')).toEqual({
      state: 'posted',
      attempt: expect.any(String),
      platform: 'telegram',
      filename: photo,
      claimed_at: '2026-11-01T12:00:00.000Z',
      posted_at: '2026-11-01T12:00:00.000Z',
      post_id: '42',
      request_id: 'r',
      key: expect.stringMatching(/^[0-9a-f-]{36}$/),
      notes: {},
      caption: 'Tied.',
      rating: 'nudity',
    })
  })
})
