/** Chooses the photo that a schedule publishes next: any photo of the root that some channel lacks. */
import { isPublisherError } from '../base/errors.ts'
import type { PhotoName } from '../ports/photo.ts'
import type { ChannelPublisher } from '../ports/publisher.ts'
import type { PhotoEntry } from '../ports/storage.ts'
import { contentDigest, type DigestTools } from './content-digest.ts'
import { ledgerEntryOf } from './ledger/channel-files.ts'
import { createLedger, type Ledger, type Standing } from './ledger.ts'
import { type PublishedPhotos, readPublishedPhotos } from './next-photo/published-photos.ts'
import { noNotes, type PhotographerNotes } from './photographer.ts'

export interface NextPhotoTools extends DigestTools {
  now: () => number
  /** Random number from 0 to 1, exclusive, for the order of the search. */
  random: () => number
  /** True when the search saves the photos that it finds published, so that the next search need not read them. */
  remembers: boolean
  /** Knows the photos that their photographer rejected. Default: no such photos. */
  photographer?: Pick<PhotographerNotes, 'isRejected'>
  /** Receives errors that do not stop the search, for the log. */
  onTrouble(error: unknown): void
}

/** A channel of the schedule. */
export type NextChannel = Pick<ChannelPublisher, 'channel' | 'confirm'>

/** Number of photos that are checked concurrently. */
const batchSize = 4
/** Upper bound on published photos that are checked again when no other photo is left. Their records may have been deleted. */
const maxRechecks = 200
/** Checks after which the findings are saved, so that an interrupted search leaves less work to the next search. */
const checksPerSave = 48

/**
 * Returns a photo that some channel lacks and that no attempt is sending. Returns `null` if no such photo exists. Skips a
 * photo if every channel without the photo has an unknown outcome that only a person can decide. A channel whose post a person took
 * back does not count. Skips photos that their photographer rejected, as far as is known.
 *
 * Skips photos known to be published, so that each original is read only once over all searches. If no other photo is left, checks up
 * to 200 of the known photos again, chosen at random. An owner may have deleted records to publish a photo again.
 */
export async function nextPhoto(
  tools: NextPhotoTools,
  channels: readonly NextChannel[],
): Promise<PhotoName | null> {
  const { store, now, random, remembers, onTrouble } = tools
  const { photos } = await store.list('root')
  const ledger = createLedger(store, now)
  const published = await readPublishedPhotos(store, onTrouble)
  const save = async () => {
    if (remembers) await published.save(photos).catch(onTrouble)
  }
  const search = async (entries: readonly PhotoEntry[]) => {
    for (let start = 0; start < entries.length; start += batchSize) {
      const batch = entries.slice(start, start + batchSize)
      const free = await Promise.all(batch.map((entry) => isFree(tools, ledger, published, entry, channels)))
      const found = batch.find((_, index) => free[index])
      if (found) return found.name
      if ((start + batchSize) % checksPerSave === 0) await save()
    }
    return null
  }
  const names = channels.map(({ channel }) => keptName(channel))
  const order = shuffled(photos, random)
  const done = order.filter((entry) => published.isOnAll(entry, names))
  const open = order.filter((entry) => !published.isOnAll(entry, names))
  try {
    return (await search(open)) ?? (await search(done.slice(0, maxRechecks)))
  } finally {
    await save()
  }
}

async function isFree(
  tools: NextPhotoTools,
  ledger: Ledger,
  published: PublishedPhotos,
  entry: PhotoEntry,
  channels: readonly NextChannel[],
): Promise<boolean> {
  const { photographer = noNotes } = tools
  if (await photographer.isRejected('root', entry)) return false
  const sha256 = published.sha256Of(entry) ?? (await digestOf(tools, entry))
  if (sha256 === null) return false
  const standings = await Promise.all(channels.map(({ channel }) => ledger.standing(sha256, channel)))
  const kinds = standings.map(({ kind }) => kind)
  const on = channels.filter((_, index) => kinds[index] === 'duplicate')
  if (on.length > 0)
    published.add(
      entry,
      on.map(({ channel }) => keptName(channel)),
      sha256,
    )
  else published.forget(entry)
  const isOpen = channels.some((channel, index) => mayBeSent(channel, standings[index]))
  if (!isOpen || kinds.includes('in_progress')) return false
  // Reading the original for its digest may have told.
  return !(await photographer.isRejected('root', entry))
}

/** Checks if the schedule may send. A post that a person took back stays away. An unknown outcome needs a platform that can be asked. */
function mayBeSent({ confirm }: NextChannel, standing: Standing | undefined): boolean {
  if (standing?.kind === 'unknown') return confirm !== undefined && standing.request !== null
  return standing?.kind === 'free'
}

/** Name of a channel that stays the same when the entries of the configuration change places. */
function keptName(channel: NextChannel['channel']): string {
  const entry = ledgerEntryOf(channel)
  return entry === undefined ? channel.platform : `${channel.platform}:${entry}`
}

/** Returns `null` for a photo that was moved or deleted after the listing. */
function digestOf(tools: DigestTools, entry: PhotoEntry): Promise<string | null> {
  return contentDigest(tools, 'root', entry).catch((error: unknown) => {
    if (isPublisherError(error, 'photo_not_found')) return null
    throw error
  })
}

/** Shuffles with the Fisher-Yates algorithm. */
function shuffled(photos: readonly PhotoEntry[], random: () => number): PhotoEntry[] {
  const order = [...photos]
  for (let last = order.length - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1))
    const [one, other] = [order[last], order[chosen]]
    if (one && other) [order[last], order[chosen]] = [other, one]
  }
  return order
}
