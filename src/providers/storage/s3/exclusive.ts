/**
 * Creates an object that only one of many creators gets, also on a server that looks first and writes later.
 *
 * Each creator leaves a marker of its own before it writes the object, and lists all markers after its write has arrived. Two creators
 * that both were told "created" have each looked before the other's write arrived. So both markers were there before either list, and
 * each sees the other's. The one whose text the object holds waits for the others to withdraw, and they do once they have read it.
 * This needs a server whose plain writes, lists and reads agree with each other. docs/publishing.md has the reasoning step by step.
 */
import { sha256Hex } from '../../../base/hex.ts'
import { pause } from '../../../base/time.ts'
import type { Verdicts } from './conditions.ts'
import type { Keys } from './keys.ts'
import type { Conditions } from './known-servers.ts'
import type { ObjectHead } from './object-reads.ts'
import type { PutOptions } from './object-writes.ts'
import type { S3Objects } from './objects.ts'

export interface Creation {
  key: string
  body: string
  contentType: string
  /** Metadata of those who share what any of them creates. Left out: the creator shares with no other one. */
  owner?: { name: string; value: string }
}

/**
 * `created`: the object is there and the owner's. `taken`: it is another one's. `contested`: another creator neither went on nor
 * withdrew in time, so the object must not be relied on.
 */
export type CreationOutcome = 'created' | 'taken' | 'contested'

export interface ExclusiveOptions {
  objects: S3Objects
  keys: Keys
  verdicts: Verdicts
  /** Waits between two looks at the markers. Milliseconds. */
  pausesMs: readonly number[]
}

/** `onContested` does what has to happen while other creators still wait. */
export type CreateExclusively = (
  creation: Creation,
  onContested?: () => Promise<void>,
) => Promise<CreationOutcome>

/** Metadata: who created an object, for the creator who lost the answer. */
const createdBy = 'publisher-created-by'
const markerBody = 'A process is about to create an object.\n'
/** Longer than any request to the server lasts. A marker of this age, by the server's own clock, is of a process that is gone. */
const abandonedMs = 2 * 60_000

interface Attempt extends Creation {
  id: string
  prefix: string
  marker: string
}

export function createExclusive({ objects, keys, verdicts, pausesMs }: ExclusiveOptions): CreateExclusively {
  /** False where the object is another owner's. */
  async function write(attempt: Attempt, conditions: Conditions): Promise<boolean> {
    const { key, body, contentType, owner, id } = attempt
    if (conditions === 'ignored' || conditions === 'refused') {
      const found = await objects.head(key)
      if (found) return isOwners(found, attempt)
    }
    const metadata = { [createdBy]: id, ...(owner && { [owner.name]: owner.value }) }
    const options: PutOptions = { contentType, metadata, ifAbsent: conditions !== 'refused' }
    const outcome = await objects.put(key, body, options)
    // It honoured them when it was asked. The markers make this write as safe as that one.
    if (outcome === 'unsupported') return write(attempt, 'refused')
    // "Exists" may mean that an earlier attempt of this very call went through and its answer was lost.
    return outcome === 'written' || isOwners(await objects.head(key), attempt)
  }

  /** Counts the other creators of this object that may still be at it. */
  async function countRivals({ prefix, marker }: Attempt, startedAt: Date | undefined) {
    const listed = await objects.list(prefix)
    const since = startedAt ?? listed.find(({ key }) => key === marker)?.modifiedAt
    // A list without what was just written says nothing of the others either.
    if (!since) return { rivals: 1, since }
    const oldest = since.getTime() - abandonedMs
    const rivals = listed.filter(({ key, modifiedAt }) => key !== marker && modifiedAt.getTime() > oldest)
    return { rivals: rivals.length, since }
  }

  async function settle(attempt: Attempt): Promise<CreationOutcome> {
    let startedAt: Date | undefined
    for (const pauseMs of [0, ...pausesMs]) {
      if (pauseMs > 0) await pause(pauseMs)
      // In this order: a rival that withdraws has dealt with the object before it takes its marker away.
      const { rivals, since } = await countRivals(attempt, startedAt)
      startedAt = since
      const head = await objects.head(attempt.key)
      if (!isOwners(head, attempt)) {
        // The server let this creator pass, and another one's object is there: nothing may be claimed on it any more.
        if (head?.metadata[createdBy] !== undefined) await verdicts.note('overtaken')
        return 'taken'
      }
      if (rivals === 0) return 'created'
      // Of one owner's creators only the one that wrote last stays; the others wait without being waited for.
      if (head?.metadata[createdBy] !== attempt.id) await objects.delete(attempt.marker)
    }
    return 'contested'
  }

  return async (creation, onContested) => {
    const { conditions, known } = await verdicts.get()
    const id = crypto.randomUUID()
    const prefix = `${keys.claimants}${await sha256Hex(creation.key)}.`
    const attempt = { ...creation, id, prefix, marker: prefix + id }
    if (known?.conditions === 'honoured') return (await write(attempt, conditions)) ? 'created' : 'taken'
    await objects.put(attempt.marker, markerBody, { contentType: 'text/plain' })
    try {
      if (!(await write(attempt, conditions))) return 'taken'
      const outcome = await settle(attempt)
      if (outcome === 'contested') await onContested?.()
      return outcome
    } finally {
      // A marker that stays holds others up for two minutes, and is swept later.
      const remove = () => objects.delete(attempt.marker)
      await remove()
        .catch(remove)
        .catch(() => undefined)
    }
  }
}

function isOwners(head: ObjectHead | null, { id, owner }: Attempt): boolean {
  if (!head) return false
  return owner ? head.metadata[owner.name] === owner.value : head.metadata[createdBy] === id
}
