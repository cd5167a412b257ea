/** The verdict on a server's conditional writes: from the list, from this process's memory, or by trying. */
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

/** More buckets than one process serves in a day. */
const maxRemembered = 5000
/** Services change their ways, so a process that runs for long asks again. */
const rememberedMs = 24 * 3600_000
/** An attempt of this age is over on every clock. */
const leftoverMs = 24 * 3600_000
/** Left-overs that are deleted at a time. */
const maxSwept = 100

/** A memory for all stores of one process: a new configuration version makes new stores, and needs no new probe. */
export function createVerdictMemory(): VerdictMemory {
  return new LRUCache<string, Conditions>({ max: maxRemembered, ttl: rememberedMs })
}

export interface Verdicts {
  /** Throws what the storage throws where the probe proved nothing; the next call tries again. */
  get(): Promise<Verdict>
  /** The verdict as far as it is known without trying. */
  peek(): Promise<Verdict | undefined>
  /** Records what the server has just shown: it counts for this process from now on. */
  note(conditions: Conditions): Promise<void>
}

export interface VerdictOptions {
  client: Pick<S3Client, 'address'>
  objects: S3Objects
  keys: Keys
  /** The tenant's host: memories of two tenants are never mixed. */
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
    // A failed sweep is made up for by the next process.
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
 * Deletes what processes that are gone have left: probes, markers of creators, and the probe of earlier versions. Ages are by the
 * server's clock alone, so that no marker of a living process is taken for an old one.
 */
async function sweep(objects: S3Objects, keys: Keys, serverTime: Date | undefined): Promise<void> {
  const left = serverTime ? await objects.list(keys.claimants) : []
  const oldest = (serverTime?.getTime() ?? 0) - leftoverMs
  const old = left.filter(({ modifiedAt }) => modifiedAt.getTime() < oldest).slice(0, maxSwept)
  await Promise.all([...old.map(({ key }) => key), keys.formerProbe].map((key) => objects.delete(key)))
}
