import { describe, expect, it } from 'vitest'
import {
  createPublicationCache,
  createPublicationMemory,
} from '../../../../src/runtime/tenancy/viewing/publication-memory.ts'
import type { Publication } from '../../../../src/workflow/publications.ts'

function published(status: Publication['status']): Publication {
  return { channel: 'telegram', platform: 'telegram', status, at: null, postUrl: null, error: null }
}

function ledger() {
  const clock = { time: 0, change: 0 }
  const cache = createPublicationCache()
  let reads = 0
  const of = (identity: string) => {
    const latestChange = () => clock.change
    const memory = createPublicationMemory({ cache, identity, latestChange, now: () => clock.time })
    return async (publications: Publication[], isComplete = true, during = () => undefined as unknown) =>
      memory.of('digest', async () => {
        reads++
        during()
        return { publications, isComplete }
      })
  }
  return { clock, of, reads: () => reads }
}

describe('the memory of publications', () => {
  it('reads the ledger once in 30 seconds for a photo that was published', async () => {
    const { clock, of, reads } = ledger()
    const look = of('alice')
    await look([published('published')])
    clock.time = 29_999
    expect(await look([])).toEqual([published('published')])
    expect(await of('bob')([])).toEqual([])
    clock.time = 30_000
    await look([published('published')])
    expect(reads()).toBe(3)
  })

  it('never tells from memory that a photo is not published or still on its way', async () => {
    for (const before of [[], [published('in_progress')]]) {
      const look = ledger().of('alice')
      await look(before)
      expect(await look([published('published')])).toEqual([published('published')])
    }
  })

  it('keeps no reading from before a change, and none in which a record failed', async () => {
    const { clock, of } = ledger()
    const look = of('alice')
    await look([published('failed')], false)
    await look([published('failed')], true, () => clock.change++)
    expect(await look([published('published')])).toEqual([published('published')])
    clock.change++
    expect(await look([published('unknown')])).toEqual([published('unknown')])
  })
})
