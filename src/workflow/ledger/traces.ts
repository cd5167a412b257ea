/** Traces of attempts: the channels that have any record of a photo, also channels that the configuration no longer has. */
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import type { Channel } from '../../contract/channels.ts'
import { type Platform, platforms } from '../../contract/platform.ts'
import type { PhotoStore } from '../../ports/storage.ts'
import { readChain } from './chain.ts'
import { failureKey, headKey, ledgerEntryOf, parseFileName, slugOf } from './channel-files.ts'

const entrySchema = z.object({ entry: z.string() })

/**
 * Returns the channels whose platform has a record of the photo: those of the configuration, then those that are gone. A channel that is
 * gone has its entry's `id` as its name, or its platform's name if no channel has it now.
 */
export async function triedChannels(
  store: PhotoStore,
  sha256: string,
  configured: readonly Channel[],
): Promise<Channel[]> {
  const names = await store.listRecords(['ledger', sha256])
  const files = names.flatMap((name) => parseFileName(name, platforms) ?? [])
  const tried = platforms.filter((platform) => files.some((file) => file.platform === platform))
  const found = await Promise.all(
    tried.map(async (platform) => {
      const channels = configured.filter((channel) => channel.platform === platform)
      const slugs = files.filter((file) => file.platform === platform).map(({ slug }) => slug)
      const former = await formerChannels(store, sha256, { platform, channels, slugs: new Set(slugs) })
      return [...channels, ...former]
    }),
  )
  return found.flat()
}

/** Checks if any attempt at the photo left a record, including a failure. Avoids listing, which some storages refuse. */
export async function isTried(
  store: PhotoStore,
  sha256: string,
  configured: readonly Channel[],
): Promise<boolean> {
  const slugs = configured.flatMap((channel) => {
    const entry = ledgerEntryOf(channel)
    return entry === undefined ? [] : [slugOf(entry).then((slug) => `${channel.platform}.${slug}`)]
  })
  const files = [...platforms, ...(await Promise.all(slugs))]
  const keys = files.flatMap((file) => [headKey(sha256, file), failureKey(sha256, file)])
  const records = await Promise.all(keys.map((key) => store.readRecord(key)))
  return records.some((record) => record !== null)
}

interface PlatformTraces {
  platform: Platform
  /** Channels of the platform in the configuration. */
  channels: readonly Channel[]
  /** Slugs of the files; `null` for the main file. */
  slugs: ReadonlySet<string | null>
}

async function formerChannels(
  store: PhotoStore,
  sha256: string,
  { platform, channels, slugs }: PlatformTraces,
): Promise<Channel[]> {
  const known = new Set(channels.map(ledgerEntryOf))
  const named = [...known].filter((entry) => entry !== undefined)
  const knownSlugs = new Set<string | null>(await Promise.all(named.map(slugOf)))
  // An only channel without an `id` has all records of the main file.
  if (named.length < known.size) knownSlugs.add(null)
  const unknown = [...slugs].filter((slug) => !knownSlugs.has(slug))
  const found = await Promise.all(
    unknown.map(async (slug) => {
      const id = await entryOf(store, sha256, slug === null ? platform : `${platform}.${slug}`)
      const name = slug === null && channels.length === 0 ? platform : id
      return name === undefined || known.has(id) ? [] : [{ name, platform, ...(id !== undefined && { id }) }]
    }),
  )
  // The records of one entry may be in both of its files.
  return [...new Map(found.flat().map((channel) => [channel.id ?? channel.name, channel])).values()]
}

/** Returns the entry that the records of a file name. */
async function entryOf(store: PhotoStore, sha256: string, file: string): Promise<string | undefined> {
  const { entry } = await readChain(store, sha256, file)
  if (entry !== undefined) return entry
  const failure = await store.readRecord(failureKey(sha256, file))
  return failure ? entrySchema.safeParse(parseJson(failure.text)).data?.entry : undefined
}
