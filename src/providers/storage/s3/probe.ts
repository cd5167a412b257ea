/** Probes a server for `If-None-Match: *` by racing several creators of one key. */
import { storageUnavailable } from './errors.ts'
import type { Conditions } from './known-servers.ts'
import type { PutOutcome } from './object-writes.ts'
import type { S3Objects } from './objects.ts'

/** Concurrent creators of one key. */
const racers = 8
/** Races, each for a fresh key. A faulty server fails only in some races. */
const rounds = 3
const contentType = 'text/plain'
/** Upper bound on a probe, which has about seventy bytes. */
const maxProbeBytes = 1024

export interface Probed {
  conditions: Conditions
  /** Time of the last probe by the server's own clock; `undefined` if the server stored no probe. */
  serverTime: Date | undefined
}

type RaceObjects = Pick<S3Objects, 'put' | 'getAtMost' | 'delete'>

/**
 * Runs the races: 30 calls if the server honours all, and fewer after a violation. Throws the storage's error for a race that
 * proves nothing, because of an outage or a lost answer. `freshKey` returns an unused key on each call. Deletes all keys at the end.
 */
export async function probeConditions(objects: RaceObjects, freshKey: () => string): Promise<Probed> {
  let probed = await race(objects, freshKey())
  for (let round = 2; round <= rounds && probed.conditions === 'honoured'; round++) {
    probed = await race(objects, freshKey())
  }
  return probed
}

async function race(objects: RaceObjects, key: string): Promise<Probed> {
  const bodies = Array.from(
    { length: racers },
    () => `Conditional writes are tried out: ${crypto.randomUUID()}\n`,
  )
  try {
    const puts = bodies.map((body) => objects.put(key, body, { contentType, ifAbsent: true }))
    const outcomes = await Promise.allSettled(puts)
    const found = await objects.getAtMost(key, maxProbeBytes)
    const kept = found === 'too_large' ? null : found
    const text = kept ? new TextDecoder().decode(kept.bytes) : undefined
    const conditions = await judge(objects, key, { bodies, outcomes, kept: text })
    return { conditions, serverTime: kept?.modifiedAt }
  } finally {
    // A later sweep deletes a leftover key.
    await objects.delete(key).catch(() => undefined)
  }
}

type Outcomes = readonly PromiseSettledResult<PutOutcome>[]

/** Repeats the write without the header. Throws if that fails too, because the refusal then had another reason. */
async function refusal(objects: RaceObjects, key: string): Promise<Conditions> {
  await objects.put(key, 'This server refuses conditional writes.\n', { contentType })
  return 'refused'
}

/** Distinguishes a server with a race from a server without any check, by creating an existing key again. */
async function manyWinners(objects: RaceObjects, key: string): Promise<Conditions> {
  const again = await objects.put(key, 'A key that exists is created again.\n', {
    contentType,
    ifAbsent: true,
  })
  return again === 'exists' ? 'overtaken' : 'ignored'
}

interface Race {
  bodies: readonly string[]
  outcomes: Outcomes
  /** The text that the key holds after all writes. */
  kept: string | undefined
}

async function judge(
  objects: RaceObjects,
  key: string,
  { bodies, outcomes, kept }: Race,
): Promise<Conditions> {
  if (count(outcomes, 'unsupported') > 0) return refusal(objects, key)
  if (count(outcomes, 'written') > 1) return manyWinners(objects, key)
  const winner = outcomes.findIndex(
    (outcome) => outcome.status === 'fulfilled' && outcome.value === 'written',
  )
  // The winner's text is gone, so another creator overwrote it.
  if (winner >= 0 && kept !== undefined && kept !== bodies[winner]) return 'overtaken'
  const isDecided = kept !== undefined && bodies.includes(kept) && count(outcomes, 'exists') > 0
  if (isDecided) return 'honoured'
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  throw (
    failed?.reason ?? storageUnavailable(new Error('The S3 server lost an object that it had just stored.'))
  )
}

function count(outcomes: Outcomes, wanted: PutOutcome): number {
  return outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value === wanted).length
}
