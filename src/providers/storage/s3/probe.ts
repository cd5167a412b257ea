/** Finds out whether a server honours `If-None-Match: *`, by racing many creators of one key. */
import { storageUnavailable } from './errors.ts'
import type { Conditions } from './known-servers.ts'
import type { PutOutcome } from './object-writes.ts'
import type { S3Objects } from './objects.ts'

/** Creators of one key at once. */
const racers = 8
/** Races, each for a fresh key. A gap of a server shows in some races only. */
const rounds = 3
const contentType = 'text/plain'
/** Probes have some seventy bytes. */
const maxProbeBytes = 1024

export interface Probed {
  conditions: Conditions
  /** When the last probe was written, by the server's own clock; undefined where it kept none. */
  serverTime: Date | undefined
}

type RaceObjects = Pick<S3Objects, 'put' | 'getAtMost' | 'delete'>

/**
 * Runs the races, 30 calls where all are honoured, and fewer as soon as one is not. A race that proves nothing (an outage, an answer
 * that got lost) throws the error of the storage. `freshKey` names an unused key at each call; all of them are deleted again.
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
    // A key that stays is swept later.
    await objects.delete(key).catch(() => undefined)
  }
}

type Outcomes = readonly PromiseSettledResult<PutOutcome>[]

/** A server that refuses the header takes the same write without it; otherwise the refusal has another reason. */
async function refusal(objects: RaceObjects, key: string): Promise<Conditions> {
  await objects.put(key, 'This server refuses conditional writes.\n', { contentType })
  return 'refused'
}

/** Of a key that exists, one more creation tells a server with a gap from one that never looks. */
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
  // A creator that said it won, and whose text is gone, was overwritten.
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
