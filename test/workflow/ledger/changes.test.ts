import { describe, expect, it } from 'vitest'
import { parsePhotoName } from '../../../src/ports/photo.ts'
import type { PhotoStore } from '../../../src/ports/storage.ts'
import { type Change, type Claim, createLedger, type Ledger } from '../../../src/workflow/ledger.ts'
import { memoryRecords } from '../../support/fixtures/memory-records.ts'
import { firstChannel } from '../../support/fixtures/publishing.ts'

const sha256 = 'a'.repeat(64)
const minute = 60_000
const channel = firstChannel('mastodon')
const post = { name: parsePhotoName('photo.jpg'), sha256, caption: 'Tied.', rating: 'explicit' } as const

function open() {
  const store = memoryRecords()
  const clock = { time: Date.parse('2026-11-01T12:00:00Z') }
  const ledgerOn = (records: PhotoStore) => createLedger(records, () => clock.time)
  return { store, clock, ledger: ledgerOn(store), ledgerOn }
}

async function claimed(ledger: Ledger): Promise<Claim> {
  const standing = await ledger.standing(sha256, channel)
  const over = standing.kind === 'retracted' || standing.kind === 'unknown' ? standing.attempt : null
  const claim = await ledger.claim({ channel, post, requestId: 'r', over })
  if (claim.kind !== 'claimed') throw new Error(`The claim is ${claim.kind}.`)
  return claim
}

async function changing(ledger: Ledger): Promise<Change> {
  const standing = await ledger.standing(sha256, channel)
  if (standing.kind !== 'duplicate') throw new Error(`The photo is ${standing.kind}.`)
  const { attempt } = standing
  const change = await ledger.claimChange({ sha256, channel, attempt, requestId: 'r' })
  if (change.kind !== 'changing') throw new Error(`The change is ${change.kind}.`)
  return change
}

describe('a post that is taken back', () => {
  it('leaves the photo free for exactly one of many new attempts', async () => {
    const { ledger } = open()
    await ledger.settle(await claimed(ledger), { postId: '1' })
    await ledger.retracted(await changing(ledger))
    const standing = await ledger.standing(sha256, channel)
    expect(standing).toMatchObject({ kind: 'retracted' })
    const over = standing.kind === 'retracted' ? standing.attempt : null
    const claims = await Promise.all(
      Array.from({ length: 20 }, () => ledger.claim({ channel, post, requestId: 'r', over })),
    )
    expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1)
  })

  it('can be published and taken back again and again', async () => {
    const { ledger } = open()
    for (let round = 1; round <= 5; round++) {
      await ledger.settle(await claimed(ledger), { postId: String(round) })
      expect(await ledger.standing(sha256, channel)).toMatchObject({
        kind: 'duplicate',
        receipt: { postId: String(round) },
      })
      await ledger.retracted(await changing(ledger))
      expect((await ledger.standing(sha256, channel)).kind).toBe('retracted')
    }
  })

  it('refuses a second retraction of the same post', async () => {
    const { ledger } = open()
    await ledger.settle(await claimed(ledger), { postId: '1' })
    const change = await changing(ledger)
    await ledger.retracted(change)
    const { attempt } = change.post
    const second = await ledger.claimChange({ sha256, channel, attempt, requestId: 'r' })
    expect(second).toMatchObject({ kind: 'retracted' })
  })

  it.each([
    ['its receipt', (late: Ledger, claim: Claim) => late.settle(claim, { postId: 'late' })],
    ['an unknown outcome', (late: Ledger, claim: Claim) => late.markUnknown(claim, 'Lost.')],
    ['a refusal', (late: Ledger, claim: Claim) => late.release(claim)],
  ])('stays behind the next post when a suspended process writes %s', async (_title, wakeUp) => {
    const { store, ledger, ledgerOn, clock } = open()
    const asleep = await claimed(ledger)
    clock.time += 11 * minute
    await ledger.settleFound(sha256, channel, asleep.record.attempt, { postId: 'found' })
    await ledger.retracted(await changing(ledger))
    await ledger.settle(await claimed(ledger), { postId: 'next' })
    const next = { kind: 'duplicate', receipt: { postId: 'next' } }
    await wakeUp(ledger, asleep)
    expect(await ledger.standing(sha256, channel)).toMatchObject(next)
    // Also if the process was suspended between looking and writing.
    const own = JSON.stringify(asleep.record)
    await wakeUp(ledgerOn({ ...store, readRecord: async () => ({ text: own, revision: '' }) }), asleep)
    expect(await ledger.standing(sha256, channel)).toMatchObject(next)
  })

  it('stays behind the next post when a suspended process corrects it', async () => {
    const { ledger, clock } = open()
    await ledger.settle(await claimed(ledger), { postId: 'first' })
    const asleep = await changing(ledger)
    clock.time += 11 * minute
    await ledger.retracted(await changing(ledger))
    await ledger.settle(await claimed(ledger), { postId: 'next' })
    await ledger.corrected(asleep, { caption: 'Late.' })
    expect(await ledger.standing(sha256, channel)).toMatchObject({ receipt: { postId: 'next' } })
  })
})

describe('a change of a post', () => {
  it('excludes other changes for ten minutes, and is then taken over', async () => {
    const { ledger, clock } = open()
    await ledger.settle(await claimed(ledger), { postId: '1' })
    const { attempt } = (await changing(ledger)).post
    const request = { sha256, channel, attempt, requestId: 'r' }
    clock.time += 10 * minute - 1
    expect(await ledger.claimChange(request)).toMatchObject({ kind: 'in_progress' })
    clock.time += 1
    expect(await ledger.claimChange(request)).toMatchObject({ kind: 'changing' })
  })

  it('frees the post when it did not happen', async () => {
    const { ledger } = open()
    await ledger.settle(await claimed(ledger), { postId: '1' })
    await ledger.releaseChange(await changing(ledger))
    expect(await changing(ledger)).toMatchObject({ kind: 'changing', post: { receipt: { postId: '1' } } })
  })

  it('leaves the claim of the change that took over', async () => {
    const { ledger, clock } = open()
    await ledger.settle(await claimed(ledger), { postId: '1' })
    const asleep = await changing(ledger)
    clock.time += 11 * minute
    const { attempt } = (await changing(ledger)).post
    await ledger.releaseChange(asleep)
    const other = await ledger.claimChange({ sha256, channel, attempt, requestId: 'r' })
    expect(other).toMatchObject({ kind: 'in_progress' })
  })

  it('keeps the latest caption and the notes, and a bounded list of corrections', async () => {
    const { store, ledger } = open()
    await ledger.settle(await claimed(ledger), { postId: '1', notes: { media: 'm1' } })
    for (let index = 1; index <= 25; index++) {
      await ledger.corrected(await changing(ledger), { caption: `No. ${index}`, notes: { cid: `c${index}` } })
    }
    expect(await ledger.standing(sha256, channel)).toMatchObject({
      kind: 'duplicate',
      caption: 'No. 25',
      receipt: { postId: '1', rating: 'explicit', notes: { media: 'm1', cid: 'c25' } },
    })
    const stored = JSON.parse(store.texts.get(`ledger/${sha256}/mastodon.json`) ?? '')
    expect(stored.corrections).toHaveLength(20)
  })
})

describe('the notes of an attempt', () => {
  it('outlive the process that wrote them', async () => {
    const { ledger, clock } = open()
    const claim = await ledger.note(await claimed(ledger), { container: '17' })
    clock.time += 11 * minute
    expect(await ledger.standing(sha256, channel)).toMatchObject({
      kind: 'unknown',
      request: { key: claim.record.key, notes: { container: '17' } },
    })
  })

  it('are refused once another process has ended the attempt', async () => {
    const { ledger, clock } = open()
    const claim = await claimed(ledger)
    clock.time += 11 * minute
    await ledger.settleFound(sha256, channel, claim.record.attempt, { postId: 'found' })
    await expect(ledger.note(claim, { container: '17' })).rejects.toMatchObject({
      code: 'publish_unavailable',
    })
    expect(await ledger.standing(sha256, channel)).toMatchObject({ kind: 'duplicate' })
  })
})
