/** Titles of channels on the page. */
import { texts } from '../../texts.ts'
import type { ChannelName, PlatformRules } from '../admin-api.ts'

const platforms: Readonly<Record<string, string>> = texts.workbench.platforms

/** Channels of the gallery: the same for the whole page, like its texts. */
let known: readonly PlatformRules[] = []

/** Makes the gallery's channels known, as soon as the server has listed them. */
export function setChannels(channels: readonly PlatformRules[]): void {
  known = channels
}

/** Returns the title of a channel: its platform, with the channel's `id` if the gallery has several of the platform. */
export function titleOf(channel: ChannelName, platform?: string): string {
  const { type = platform ?? channel, id = channel } = known.find((each) => each.platform === channel) ?? {}
  const title = platforms[type] ?? type
  const isOnly = known.filter((each) => (each.type ?? each.platform) === type).length < 2
  return id === type || (isOnly && channel === type) ? title : `${title} (${id})`
}

export const titlesOf = (channels: readonly ChannelName[]) => channels.map((channel) => titleOf(channel))
