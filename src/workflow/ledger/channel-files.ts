/**
 * Files of a channel in the ledger. The first channel of a platform uses `<platform>.json`, every other channel a file with a slug of its
 * entry's `id`. Entries may change places, so the records name their entry, and both files of a channel are read.
 */
import { sha256Hex } from '../../base/hex.ts'
import { type Channel, isFirstOfPlatform } from '../../contract/channels.ts'
import type { Platform } from '../../contract/platform.ts'
import type { RecordKey } from '../../ports/storage.ts'

/** Longest slug that is written out. Longer slugs become a digest, because file systems limit names. */
const maxSlugLength = 80
const slugPrefix = 'ch-'

/** Files that the records of a channel may be in, without their suffixes. */
export interface ChannelFiles {
  /** Shared by all entries that ever were the first of the platform. */
  main: string
  /** Used by this entry alone. `null`: the first entry has no `id`, and only uses {@link main}. */
  own: string | null
}

export async function filesOf(channel: Channel): Promise<ChannelFiles> {
  const { platform } = channel
  const entry = ledgerEntryOf(channel)
  return { main: platform, own: entry === undefined ? null : `${platform}.${await slugOf(entry)}` }
}

/** Identifies the channel in its records: the entry's `id`, or its numbered name. `undefined`: the first entry, without an `id`. */
export function ledgerEntryOf(channel: Channel): string | undefined {
  return channel.id ?? (isFirstOfPlatform(channel) ? undefined : channel.name)
}

/**
 * Escapes a text so that different texts have different slugs, also where file systems ignore case. Has no dots, so a slug cannot look
 * like the suffix of another file.
 */
export async function slugOf(text: string): Promise<string> {
  const bytes = [...new TextEncoder().encode(text)]
  const escaped = bytes.map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : `_${hex(byte)}`)).join('')
  // No escape begins with `_x`, so a digest never equals an escaped text.
  return slugPrefix + (escaped.length <= maxSlugLength ? escaped : `_x${await sha256Hex(text)}`)
}

/** Returns the platform and the slug of a ledger file, or `null` for other files. `slug`: `null` for the platform's main file. */
export function parseFileName(
  name: string,
  platforms: readonly Platform[],
): { platform: Platform; slug: string | null } | null {
  const [first, second = ''] = name.split('.')
  const platform = platforms.find((known) => known === first)
  return platform ? { platform, slug: second.startsWith(slugPrefix) ? second : null } : null
}

/** Returns the key of the first record of a chain. */
export function headKey(sha256: string, file: string): RecordKey {
  return ['ledger', sha256, `${file}.json`]
}

/** Returns the key of the record that follows `attempt`. */
export function successorKey(sha256: string, file: string, attempt: string): RecordKey {
  return ['ledger', sha256, `${file}.after-${attempt}.json`]
}

/** Returns the key of the last failure. No claim or receipt uses this key. */
export function failureKey(sha256: string, file: string): RecordKey {
  return ['ledger', sha256, `${file}.failed.json`]
}

/** Returns the key of the claim on changing the post of an attempt. */
export function changeKey(sha256: string, platform: Platform, attempt: string): RecordKey {
  return ['ledger', sha256, `${platform}.change-${attempt}.json`]
}

/** Checks for a lower-case letter, a digit or a hyphen. */
function isPlain(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x2d
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
