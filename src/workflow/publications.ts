/** Outcomes of a photo on each channel that an attempt was made for, for people who view the photo later. */
import type { Channel } from '../contract/channels.ts'
import type { Platform } from '../contract/platform.ts'
import type { PossibleChanges, Receipt } from '../ports/publisher.ts'
import type { PhotoStore } from '../ports/storage.ts'
import { createLedger, type Ledger, type Standing } from './ledger.ts'

export interface Publication {
  /** Name of the channel. */
  channel: string
  platform: Platform
  status: 'published' | 'failed' | 'unknown' | 'in_progress' | 'retracted'
  /** Time of publication, failure, start or retraction; `null` if the record cannot be read. */
  at: Date | null
  postUrl: string | null
  /** Error text for people. */
  error: string | null
  /** Changes that are possible. Absent unless the photo is published. */
  changes?: PossibleChanges
}

export interface PublicationTools {
  store: PhotoStore
  now: () => number
  /** Channels that the tenant has enabled. */
  channels: readonly Channel[]
  /** Returns the changes that are possible for the post. */
  changesOf(channel: Channel, receipt: Receipt): PossibleChanges
  /** Receives the causes, for the log. */
  onTrouble(error: unknown): void
}

/**
 * Returns the outcomes of a photo by the digest of its bytes, also on channels that are no longer enabled. Costs one listing if
 * no attempt was ever made.
 *
 * Never rejects. A channel whose records cannot be read has an unknown outcome. If the storage refuses the listing, looks up
 * each enabled channel instead.
 */
export async function publicationsOf(tools: PublicationTools, sha256: string): Promise<Publication[]> {
  const { store, now, channels, onTrouble } = tools
  const ledger = createLedger(store, now)
  const tried = await ledger.tried(sha256, channels).catch((error: unknown) => {
    onTrouble(error)
    return channels
  })
  const found = await Promise.all(
    tried.map((channel) =>
      publicationOn(tools, ledger, sha256, channel).catch((error: unknown) => {
        onTrouble(error)
        return unreadable(channel)
      }),
    ),
  )
  return found.filter((publication) => publication !== null)
}

async function publicationOn(
  tools: PublicationTools,
  ledger: Ledger,
  sha256: string,
  channel: Channel,
): Promise<Publication | null> {
  const standing = await ledger.standing(sha256, channel)
  const of = { channel: channel.name, platform: channel.platform }
  if (standing.kind !== 'free' && standing.kind !== 'retracted')
    return { ...of, ...outcomeOf(tools, channel, standing) }
  const failure = await ledger.failure(sha256, channel)
  if (failure === 'unreadable') return unreadable(channel)
  if (standing.kind === 'retracted' && (!failure || failure.at < standing.retractedAt)) {
    return { ...of, status: 'retracted', at: standing.retractedAt, postUrl: null, error: null }
  }
  return failure && { ...of, status: 'failed', at: failure.at, postUrl: null, error: failure.error }
}

function outcomeOf(
  { changesOf }: PublicationTools,
  channel: Channel,
  standing: Exclude<Standing, { kind: 'free' | 'retracted' }>,
): Omit<Publication, 'channel' | 'platform'> {
  switch (standing.kind) {
    case 'duplicate': {
      const { receipt } = standing
      const changes = changesOf(channel, receipt)
      return { status: 'published', at: receipt.postedAt, postUrl: receipt.url ?? null, error: null, changes }
    }
    case 'in_progress':
      return { status: 'in_progress', at: standing.since, postUrl: null, error: null }
    case 'unknown':
      return { status: 'unknown', at: standing.since, postUrl: null, error: standing.reason ?? interrupted }
  }
}

const interrupted =
  'We don’t know if it was published: the attempt was interrupted. Check the platform first.'

function unreadable({ name, platform }: Channel): Publication {
  const error = 'We don’t know if it was published: its record cannot be read. Check the platform first.'
  return { channel: name, platform, status: 'unknown', at: null, postUrl: null, error }
}
