/** Looks up a photo on a channel, in both files that the channel's records may be in. */
import { type Channel, isFirstOfPlatform } from '../../contract/channels.ts'
import type { PhotoStore, RecordKey } from '../../ports/storage.ts'
import { type Chain, readChain } from './chain.ts'
import { type ChannelFiles, filesOf, headKey, ledgerEntryOf, successorKey } from './channel-files.ts'
import { type Standing, standingOf } from './standing.ts'

export interface Lookup {
  standing: Standing
  latest: Chain['latest']
  /** Key that the next attempt claims, if the standing allows another attempt. */
  nextKey: RecordKey
}

/** Order of two standings of one channel: the first standing counts. Two exist only after entries changed places during an attempt. */
const precedence: readonly Standing['kind'][] = ['duplicate', 'in_progress', 'unknown', 'retracted', 'free']

export async function lookUp(
  store: PhotoStore,
  sha256: string,
  channel: Channel,
  now: number,
): Promise<Lookup> {
  const files = await filesOf(channel)
  const [main, own] = await Promise.all([
    readChain(store, sha256, files.main),
    files.own === null ? null : readChain(store, sha256, files.own),
  ])
  const isMainMine = main.latest !== null && isChainOf(main, channel)
  const mine = [...(own?.latest ? [own] : []), ...(isMainMine ? [main] : [])]
  const found = mine
    .map(({ file, latest }) => ({ file, latest, standing: standingOf(latest?.record ?? null, now) }))
    .sort((a, b) => precedence.indexOf(a.standing.kind) - precedence.indexOf(b.standing.kind))[0]
  if (found) {
    const nextKey = successorKey(sha256, found.file, found.latest?.record.attempt ?? '')
    return { standing: found.standing, latest: found.latest, nextKey }
  }
  // The main file is another entry's once it has records.
  const isMainFree = isFirstOfPlatform(channel) && main.latest === null
  const nextKey = headKey(sha256, isMainFree ? files.main : (files.own ?? files.main))
  return { standing: { kind: 'free' }, latest: null, nextKey }
}

/**
 * Reads the standing in the file that a new claim is not in. A process that still has an older configuration may have claimed the photo
 * there at the same time.
 */
export async function standingElsewhere(
  store: PhotoStore,
  sha256: string,
  channel: Channel,
  claim: { key: RecordKey; now: number },
): Promise<Standing> {
  const files = await filesOf(channel)
  const other = otherFile(files, claim.key)
  if (other === null) return { kind: 'free' }
  const chain = await readChain(store, sha256, other)
  const isMine = other === files.own || isChainOf(chain, channel)
  return isMine ? standingOf(chain.latest?.record ?? null, claim.now) : { kind: 'free' }
}

function otherFile({ main, own }: ChannelFiles, key: RecordKey): string | null {
  const isOwn = own !== null && key.at(-1)?.startsWith(`${own}.`)
  return isOwn ? main : own
}

/** Checks if the records of a main file are the channel's. Records without an entry are those of the first channel. */
function isChainOf({ entry }: Chain, channel: Channel): boolean {
  const expected = ledgerEntryOf(channel)
  // The only entry may have lost its `id`.
  if (expected === undefined) return true
  return entry === undefined ? isFirstOfPlatform(channel) : entry === expected
}
