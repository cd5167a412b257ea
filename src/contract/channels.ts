/** Channels: the enabled entries of the `publishers` block, each with a name that is unique for the tenant. */
import { type Platform, platformNames } from './platform.ts'
import type { PublisherEntry } from './publisher-entries.ts'

export interface Channel {
  /**
   * Name in requests, results, captions and on the page: the platform for the first channel of a platform, otherwise the entry's `id`.
   */
  readonly name: string
  readonly platform: Platform
  /** The entry's `id`. Also accepted in requests. */
  readonly id?: string
}

/** A channel with its entry in the configuration. */
export interface ConfiguredChannel extends Channel {
  readonly entry: PublisherEntry
}

/** Lists the channels, in the order of the configuration. An entry without a usable `id` is numbered: `telegram-2`. */
export function channelsOf(entries: readonly PublisherEntry[]): ConfiguredChannel[] {
  const taken = new Set<string>(platformNames)
  const seen = new Set<Platform>()
  return entries
    .filter(({ enabled }) => enabled)
    .map((entry) => {
      const { type: platform, id } = entry
      const isFirst = !seen.has(platform)
      seen.add(platform)
      const name = isFirst ? platform : freeName(id?.trim() || platform, taken)
      taken.add(name)
      return { name, platform, ...(id !== undefined && { id }), entry }
    })
}

/** Finds the channel that a request names: by its name, otherwise by its entry's `id`. */
export function channelNamed<C extends Channel>(channels: readonly C[], name: string): C | undefined {
  return channels.find((channel) => channel.name === name) ?? channels.find(({ id }) => id === name)
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`
  return name
}
