/** Verdict on a server's conditional writes: from the list of known servers, from memory, or from a probe. */
import { LRUCache } from 'lru-cache'
import type { S3Client } from './client.ts'
import type { Keys } from './keys.ts'
import { type Conditions, knownServer, type Verdict } from './known-servers.ts'
import type { S3Objects } from './objects.ts'
import { probeConditions } from './probe.ts'

/** Verdicts of a process on servers, by tenant, endpoint, bucket and root. */
export interface VerdictMemory {
  get(key: string): Conditions | undefined
  set(key: string, conditions: Conditions): unknown
}

/** Upper bound on remembered verdicts; more than the buckets that a process serves in a day. */
const maxRemembered = 5000
/** Lifetime of a verdict. Services change, so a long-running process probes again. */
const rememberedMs = 24 * 3600_000
/** Age at which a marker is a leftover. No attempt lasts this long. */
const leftoverMs = 24 * 3600_000
/** Upper bound on leftovers that one sweep deletes. */
const maxSwept = 100

/** Creates the memory for all stores of a process, so that the new stores of a new configuration version need no new probe. */
export function createVerdictMemory(): VerdictMemory {
  return new LRUCache<string, Conditions>({ max: maxRemembered, ttl: rememberedMs })
}

export interface Verdicts {
  /** Returns the verdict, and probes if needed. Throws the storage's error after an inconclusive probe; the next call probes again. */
  get(): Promise<Verdict>
  /** Returns the verdict if it is known without a probe. */
  peek(): Promise<Verdict | undefined>
  /** Records the behaviour that the server has just shown, as the new verdict of this process. */
  note(conditions: Conditions): Promise<void>
}

export interface VerdictOptions {
  client: Pick<S3Client, 'address'>
  objects: S3Objects
  keys: Keys
  /** The tenant's host. Tenants never share verdicts. */
  tenant: string
  memory: VerdictMemory
}

export function createVerdicts({ client, objects, keys, tenant, memory }: VerdictOptions): Verdicts {
  let probe: Promise<Conditions> | undefined

  async function place() {
    const { endpoint, bucket } = await client.address()
    return { known: knownServer(endpoint), key: JSON.stringify([tenant, endpoint, bucket, keys.own]) }
  }

  async function peek(): Promise<Verdict | undefined> {
    const { known, key } = await place()
    if (known) return { conditions: known.conditions, known }
    const conditions = memory.get(key)
    return conditions === undefined ? undefined : { conditions, known: undefined }
  }

  async function tryOut(): Promise<Conditions> {
    const { conditions, serverTime } = await probeConditions(objects, keys.freshProbe)
    memory.set((await place()).key, conditions)
    // The next process repeats a failed sweep.
    await sweep(objects, keys, serverTime).catch(() => undefined)
    return conditions
  }

  return {
    peek,
    async get() {
      const found = await peek()
      if (found) return found
      probe ??= tryOut().finally(() => {
        probe = undefined
      })
      return { conditions: await probe, known: undefined }
    },
    async note(conditions) {
      memory.set((await place()).key, conditions)
    },
  }
}

/**
 * Deletes leftovers of dead processes: probes, markers of creators, and the probe of earlier versions. Compares ages only by the server's
 * clock, so that the marker of a running process never counts as old.
 */
async function sweep(objects: S3Objects, keys: Keys, serverTime: Date | undefined): Promise<void> {
  const left = serverTime ? await objects.list(keys.claimants) : []
  const oldest = (serverTime?.getTime() ?? 0) - leftoverMs
  const old = left.filter(({ modifiedAt }) => modifiedAt.getTime() < oldest).slice(0, maxSwept)
  await Promise.all([...old.map(({ key }) => key), keys.formerProbe].map((key) => objects.delete(key)))
}
