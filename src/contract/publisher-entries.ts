/** The `publishers` block of the contract: an array, or an object keyed by type, normalised to an array. */
import { z } from 'zod'
import {
  block,
  choice,
  documented,
  type Fault,
  type Field,
  field,
  flag,
  isBlank,
  isRecord,
  memberOf,
  name,
  note,
} from './lenient.ts'
import { type Platform, platformName, platformNames } from './platform.ts'
import { publisherSettings } from './publisher-settings.ts'

export interface PublisherEntry {
  id?: string | undefined
  type: Platform
  enabled: boolean
  credentials_ref?: string | undefined
  config: Record<string, unknown>
}

const entryFields = block({
  id: documented(
    field(
      z.union([z.string().max(200), z.number().transform(String)]),
      undefined,
      'text of at most 200 characters',
    ),
    {
      description:
        'Name of the channel, unless it is the first of its platform. Keep it: a new name is a new channel.',
      example: 'channel',
    },
  ),
  enabled: documented(
    flag(true, { value: false, consequence: 'the platform is off until it is corrected' }),
    {
      description: 'Publishes to this platform. An unusable value means `false`.',
      example: true,
    },
  ),
  credentials_ref: documented(name(500), {
    description: "Reference to the platform's credentials. `email` uses `email_server.password_ref` instead.",
    example: 'alice-telegram',
  }),
})

const typeField = documented(choice(platformNames, undefined), {
  description: 'Platform. `fetlife` is another name for `email`.',
  example: 'telegram',
})

/** Returns the known keys of an entry, and of its `config` if this version knows the type. Used to find unknown keys. */
export function publisherFields(type: unknown): Field<unknown> {
  const platform = platformName.safeParse(type).data
  const config: Field<unknown> = platform ? publisherSettings[platform] : { read: () => undefined }
  return block({ type: typeField, ...entryFields.members, config })
}

/** Reads an entry. Drops types that this version does not know, so that a newer orchestrator cannot break an older fleet. */
function readEntry(value: unknown, path: string, faults: Fault[]): PublisherEntry[] {
  if (isBlank(value)) return []
  if (!isRecord(value)) {
    note(faults, path, 'is not a block of fields', 'it is left out')
    return []
  }
  const type = memberOf(value, 'type')
  if (typeof type !== 'string' || isBlank(type)) {
    note(faults, `${path}.type`, 'is missing or not text', 'the entry is left out')
    return []
  }
  const platform = platformName.safeParse(type).data
  if (platform === undefined) return []
  const config = memberOf(value, 'config')
  const settingsPath = `${path}.config`
  if (!isBlank(config) && !isRecord(config))
    note(faults, settingsPath, 'is not a block of fields', 'it counts as empty')
  const raw = isRecord(config) ? config : {}
  const read = publisherSettings[platform].read(raw, settingsPath, faults)
  const usable = Object.entries({ ...raw, ...read }).filter(([, setting]) => setting !== undefined)
  return [{ ...entryFields.read(value, path, faults), type: platform, config: Object.fromEntries(usable) }]
}

const ownFields = new Set(['id', 'enabled', 'credentials_ref', 'config'])

/** Converts an entry of the object form, `{"telegram": {...}}`. Its settings are beside `credentials_ref` or under `config`. */
function entryOf(type: string, value: Record<string, unknown>): Record<string, unknown> {
  const members = Object.entries(value).filter(([key]) => key !== 'type')
  const own = Object.fromEntries(members.filter(([key]) => ownFields.has(key)))
  const flat = Object.fromEntries(members.filter(([key]) => !ownFields.has(key)))
  const { config } = own
  const isUsable = isBlank(config) || isRecord(config)
  return { id: type, ...own, type, config: isUsable ? { ...flat, ...(isRecord(config) && config) } : config }
}

interface Listed {
  /** Key of an entry in its block: its index, or its type in the object form. */
  key: string
  entry: unknown
}

/** Lists the entries of either form in the shape of the array form. Accepts a single entry. Returns `null` for other values. */
export function listedPublishers(value: unknown): Listed[] | null {
  if (Array.isArray(value)) return value.map((entry: unknown, index) => ({ key: String(index), entry }))
  if (!isRecord(value)) return null
  // A single entry outside a list has a `type`, which is not the name of a platform.
  const { type: ownType } = value
  if (typeof ownType === 'string' && !isBlank(ownType)) return [{ key: '0', entry: value }]
  return Object.entries(value).map(([type, member], index) => ({
    key: platformName.safeParse(type).success ? type.trim() : String(index),
    entry: isRecord(member) ? entryOf(type, member) : member,
  }))
}

/** Notes entries whose channel gets a number, because several entries of a platform need an `id` each. */
function noteUnnamed(
  read: readonly { key: string; entries: readonly PublisherEntry[] }[],
  path: string,
  faults: Fault[],
): void {
  const seen = new Map<Platform, Set<string>>()
  for (const { key, entries } of read) {
    for (const { type, id = '' } of entries.filter(({ enabled }) => enabled)) {
      const earlier = seen.get(type)
      if (earlier && id.trim() === '')
        note(faults, `${path}.${key}.id`, 'is missing', 'the channel gets a number as its name')
      else if (earlier?.has(id.trim()))
        note(faults, `${path}.${key}.id`, 'is used twice', 'the channel gets a number in its name')
      seen.set(type, new Set(earlier).add(id.trim()))
    }
  }
}

export const publishersField: Field<PublisherEntry[]> = {
  documentation: { description: 'Platforms to publish to. See [Publishers](#publishers).' },
  read(value, path, faults) {
    if (isBlank(value)) return []
    const listed = listedPublishers(value)
    if (listed) {
      const read = listed.map(({ key, entry }) => ({
        key,
        entries: readEntry(entry, `${path}.${key}`, faults),
      }))
      noteUnnamed(read, path, faults)
      return read.flatMap(({ entries }) => entries)
    }
    note(faults, path, 'is not a list', 'it counts as empty')
    return []
  },
}

/** Finds the active entry of a platform: the first enabled entry of its type. */
export function enabledPublisher(
  entries: readonly PublisherEntry[],
  platform: Platform,
): PublisherEntry | undefined {
  return entries.find((entry) => entry.type === platform && entry.enabled)
}
