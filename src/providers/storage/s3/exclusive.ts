/**
 * Creates an object so that only one of many creators succeeds, also on a server that checks first and writes later.
 *
 * Each creator writes its own marker before it writes the object, and lists all markers after its write. If two creators are both told
 * "created", the server checked for each before the other's write. So both markers existed before either list, and each creator sees
 * the other's marker. The creator whose text the object holds waits until the others withdraw, which they do after reading the object.
 * The server's plain writes, lists and reads must be consistent. docs/publishing.md has the reasoning step by step.
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
  /** Metadata that identifies the owner. Creators of the same owner share the object. Default: each creator is its own owner. */
  owner?: { name: string; value: string }
}

/**
 * Outcome of a creation. `created`: the object exists and is the owner's. `taken`: the object is another owner's. `contested`: another
 * creator did not finish or withdraw in time, so callers must not rely on the object.
 */
export type CreationOutcome = 'created' | 'taken' | 'contested'

export interface ExclusiveOptions {
  objects: S3Objects
  keys: Keys
  verdicts: Verdicts
  /** Pauses between checks of the markers. */
  pausesMs: readonly number[]
}

/** Creates the object. `onContested` runs while other creators still wait. */
export type CreateExclusively = (
  creation: Creation,
  onContested?: () => Promise<void>,
) => Promise<CreationOutcome>

/** Metadata with the creator of an object, for a creator whose answer was lost. */
const createdBy = 'publisher-created-by'
const markerBody = 'A process is about to create an object.\n'
/** Longer than any request to the server. A marker of this age, by the server's own clock, belongs to a dead process. */
const abandonedMs = 2 * 60_000

interface Attempt extends Creation {
  id: string
  prefix: string
  marker: string
}

export function createExclusive({ objects, keys, verdicts, pausesMs }: ExclusiveOptions): CreateExclusively {
  /** Writes the object. Returns false if the object is another owner's. */
  async function write(attempt: Attempt, conditions: Conditions): Promise<boolean> {
    const { key, body, contentType, owner, id } = attempt
    if (conditions === 'ignored' || conditions === 'refused') {
      const found = await objects.head(key)
      if (found) return isOwners(found, attempt)
    }
    const metadata = { [createdBy]: id, ...(owner && { [owner.name]: owner.value }) }
    const options: PutOptions = { contentType, metadata, ifAbsent: conditions !== 'refused' }
    const outcome = await objects.put(key, body, options)
    // The server no longer supports conditions. The markers make an unconditional write just as safe.
    if (outcome === 'unsupported') return write(attempt, 'refused')
    // The condition also fails if an earlier attempt of this call succeeded and its answer was lost.
    return outcome === 'written' || isOwners(await objects.head(key), attempt)
  }

  /** Counts the other creators of this object that may still be running. */
  async function countRivals({ prefix, marker }: Attempt, startedAt: Date | undefined) {
    const listed = await objects.list(prefix)
    const since = startedAt ?? listed.find(({ key }) => key === marker)?.modifiedAt
    // A list without this creator's own marker is stale, so it may lack other markers too.
    if (!since) return { rivals: 1, since }
    const oldest = since.getTime() - abandonedMs
    const rivals = listed.filter(({ key, modifiedAt }) => key !== marker && modifiedAt.getTime() > oldest)
    return { rivals: rivals.length, since }
  }

  async function settle(attempt: Attempt, conditions: Conditions): Promise<CreationOutcome> {
    let startedAt: Date | undefined
    for (const pauseMs of [0, ...pausesMs]) {
      if (pauseMs > 0) await pause(pauseMs)
      // The order matters: a rival that withdraws deletes its marker only after it is done with the object.
      const { rivals, since } = await countRivals(attempt, startedAt)
      startedAt = since
      const head = await objects.head(attempt.key)
      if (!isOwners(head, attempt)) {
        // The server let two creators write, so this process must not trust its conditions any more. Where they were never trusted, the
        // verdict stays: each creator looks for the object itself, because the server would overwrite it.
        if (conditions === 'honoured' && head?.metadata[createdBy] !== undefined)
          await verdicts.note('overtaken')
        return 'taken'
      }
      if (rivals === 0) return 'created'
      // Among creators of the same owner, only the last writer keeps its marker. The others wait, but rivals do not wait for them.
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
      const outcome = await settle(attempt, conditions)
      if (outcome === 'contested') await onContested?.()
      return outcome
    } finally {
      // A leftover marker delays other creators for two minutes, and a later sweep deletes it.
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
