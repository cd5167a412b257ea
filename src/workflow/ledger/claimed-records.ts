/**
 * Records of the ledger in a storage that cannot create a record exactly once, protected by claims of the control plane.
 *
 * A claim decides who may send. The storage has the same text. So a tenant who leaves takes the history along, and a lost claim never leads
 * to a second post. docs/publishing.md lists the steps.
 */
import { isPublisherError } from '../../base/errors.ts'
import { parseJson } from '../../base/json.ts'
import type { Claims, HeldClaim } from '../../ports/claims.ts'
import { recordFile } from '../../ports/record-key.ts'
import type { PhotoStore, RecordKey, StoredRecord } from '../../ports/storage.ts'
import { type AnyRecord, parseRecord } from './record.ts'

/** Keeper of the proof that a photo was sent. `null`: no keeper is possible. */
export type LedgerKeeper = 'storage' | 'claims' | null

/** Upper bound on attempts to replace a claim that others replace at the same time. */
const maxReplacements = 8

/** Returns the keeper. Throws `claims_unavailable` if only the control plane could say. */
export async function ledgerKeeper(
  store: Pick<PhotoStore, 'canCreateAtomically'>,
  claims: Pick<Claims, 'areOffered'> | null,
): Promise<LedgerKeeper> {
  if (await store.canCreateAtomically()) return 'storage'
  return (await claims?.areOffered()) ? 'claims' : null
}

/** Wraps a store to protect its ledger by claims where the store cannot. A store that creates atomically itself causes no call. */
export function withClaimedRecords(store: PhotoStore, claims: Claims | null): PhotoStore {
  if (!claims) return store
  let constant: boolean | undefined

  /** Checks if the store is atomic, without a probe. `undefined`: unknown. */
  async function isAtomic(): Promise<boolean | undefined> {
    if (store.isKnownAtomic) return store.isKnownAtomic()
    constant ??= await store.canCreateAtomically()
    return constant
  }

  /** Checks if a record that is to be changed may have a claim. */
  async function mayHaveClaim(key: RecordKey): Promise<boolean> {
    return isOfPhoto(key) && (await isAtomic().catch(() => undefined)) !== true
  }

  return {
    ...store,
    canCreateAtomically: async () => (await ledgerKeeper(store, claims)) !== null,

    async createRecord(key, text) {
      if (!isOfPhoto(key)) return store.createRecord(key, text)
      if ((await isAtomic()) !== false) {
        try {
          return await store.createRecord(key, text)
        } catch (error) {
          if (!isPublisherError(error, 'storage_not_atomic')) throw error
        }
      }
      return createClaimed(store, claims, key, text)
    },

    async readRecord(key) {
      // Without a verdict, nothing is sent or changed, and the storage alone says enough.
      if (!isOfPhoto(key) || (await isAtomic()) !== false) return store.readRecord(key)
      const [claim, stored] = await Promise.all([claims.read(recordFile(key)), store.readRecord(key)])
      return claim ? furthest(recordOf(claim), stored) : stored
    },

    async replaceRecord(key, text) {
      if (!(await mayHaveClaim(key))) return store.replaceRecord(key, text)
      // The storage gets a receipt even if the control plane is down. The caller tries again.
      const [inClaim] = await Promise.allSettled([replaceClaim(claims, recordFile(key), text)])
      await store.replaceRecord(key, text)
      if (inClaim.status === 'rejected') throw inClaim.reason
    },

    async deleteRecord(key) {
      const claim = (await mayHaveClaim(key)) ? await claims.read(recordFile(key)) : null
      await store.deleteRecord(key)
      if (claim) await claims.delete(claim.key, claim.version)
    },
  }
}

/** Checks for a record about one photo. Other records claim nothing. */
function isOfPhoto(key: RecordKey): boolean {
  return key[0] === 'ledger' && key.length > 2
}

async function createClaimed(
  store: PhotoStore,
  claims: Claims,
  key: RecordKey,
  text: string,
): Promise<boolean> {
  const { outcome, claim } = await claims.create(recordFile(key), jsonOf(text))
  if (outcome === 'taken') return false
  const withdraw = () => claims.delete(claim.key, claim.version)
  let isAdded: boolean
  try {
    isAdded = await store.addRecord(key, text)
  } catch (error) {
    // The first error says more than an error of the withdrawal.
    await withdraw().catch(() => undefined)
    throw error
  }
  // The storage has a record that the control plane does not know: from before, or the control plane has lost its claims.
  if (!isAdded) await withdraw()
  return isAdded
}

/** Replaces the claim's record at its latest version. A missing claim stays missing. */
async function replaceClaim(claims: Claims, name: string, text: string): Promise<void> {
  const record = jsonOf(text)
  let claim = await claims.read(name)
  for (let tries = 1; claim && tries <= maxReplacements; tries++) {
    const replaced = await claims.replace(name, claim.version, record)
    if (replaced.outcome === 'replaced') return
    claim = replaced.claim
  }
  if (claim) throw new Error('Others keep replacing the claim.')
}

/** Progress of an attempt. A process that was killed half-way may have written one of the two places only. */
const progress: Readonly<Record<AnyRecord['state'], number>> = {
  unreadable: 0,
  claimed: 1,
  unknown: 2,
  posted: 3,
  retracted: 4,
}

/**
 * Returns the record that got further. So a receipt counts wherever it was saved: no stale claim hides it, and no late write to the storage
 * does. Prefers the claim, which is written first.
 */
function furthest(claimed: StoredRecord, stored: StoredRecord | null): StoredRecord {
  const progressOf = ({ text }: StoredRecord) => progress[parseRecord(text, 1).state]
  return stored && progressOf(stored) > progressOf(claimed) ? stored : claimed
}

function recordOf({ record, version }: HeldClaim): StoredRecord {
  return { text: typeof record === 'string' ? record : JSON.stringify(record), revision: `claim ${version}` }
}

/** Returns the JSON value of a record. A text that is not JSON stays a text. */
function jsonOf(text: string): unknown {
  return parseJson(text) ?? text
}
