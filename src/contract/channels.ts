/** Channels: the enabled entries of the `publishers` block, each with a name that is unique for the tenant. */
import { type Platform, platformName, platforms, v2NameOf } from './platform.ts'
import type { PublisherEntry } from './publisher-entries.ts'

export interface Channel {
  /**
   * Name in requests, results, captions and on the page: the platform for the first channel of a platform, otherwise the entry's `id`.
   */
  readonly name: string
  readonly platform: Platform
  /** The entry's `id`, also accepted in requests. Absent if an earlier entry of the platform has the same `id`. */
  readonly id?: string
}

/** A channel with its entry in the configuration. */
export interface ConfiguredChannel extends Channel {
  readonly entry: PublisherEntry
}

/**
 * Lists the channels, in the order of the configuration. An entry behind the first of its platform gets a number if its `id` is missing,
 * a platform's name or in use: `telegram-2`.
 */
export function channelsOf(entries: readonly PublisherEntry[]): ConfiguredChannel[] {
  const enabled = entries.filter((entry) => entry.enabled)
  const ids = new Set(enabled.map(idOf))
  const names = new Set<string | undefined>(platforms)
  const seen = new Map<Platform, Set<string | undefined>>()
  return enabled.map((entry) => {
    const { type: platform } = entry
    const id = idOf(entry)
    const earlier = seen.get(platform)
    const isRepeated = earlier?.has(id) ?? false
    seen.set(platform, new Set(earlier).add(id))
    const isName = id !== undefined && !isRepeated && !names.has(id) && !isAliasOfAnother(id, platform)
    const isFree = (name: string) => !names.has(name) && !ids.has(name)
    const name = !earlier ? platform : isName ? id : numbered(id ?? platform, isFree)
    names.add(name)
    return { name, platform, ...(id !== undefined && !isRepeated && { id }), entry }
  })
}

/** Finds the channel that a request names: by its name, otherwise by its entry's `id`, otherwise by another name of its platform. */
export function channelNamed<C extends Channel>(channels: readonly C[], name: string): C | undefined {
  return (
    channels.find((channel) => channel.name === name) ??
    channels.find(({ id }) => id === name) ??
    channels.find((channel) => channel.name === platformName.safeParse(name).data)
  )
}

/**
 * Sorts texts by the names of channels. A platform without a channel keeps its text. Returns `null` if a name is neither a channel's nor a
 * platform's. If a channel has two texts, the text under its own name wins.
 */
export function textsByChannel(
  channels: readonly Channel[],
  texts: Readonly<Record<string, string>>,
): Record<string, string> | null {
  const sorted = new Map<string, string>()
  for (const [key, text] of Object.entries(texts)) {
    const name = channelNamed(channels, key)?.name ?? platformName.safeParse(key).data
    if (name === undefined) return null
    if (key === name || !sorted.has(name)) sorted.set(name, text)
  }
  return Object.fromEntries(sorted)
}

/** Checks if the channel is the first of its platform. */
export function isFirstOfPlatform({ name, platform }: Channel): boolean {
  return name === platform
}

/** Returns the entry's `id`, unless it is blank. */
function idOf({ id }: PublisherEntry): string | undefined {
  return id?.trim() || undefined
}

/** Checks if the name is V2's name of another platform. */
function isAliasOfAnother(name: string, platform: Platform): boolean {
  return platforms.some((other) => other !== platform && v2NameOf(other) === name)
}

function numbered(wanted: string, isFree: (name: string) => boolean): string {
  let number = 2
  while (!isFree(`${wanted}-${number}`)) number++
  return `${wanted}-${number}`
}
