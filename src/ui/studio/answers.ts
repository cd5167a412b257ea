/** Answers of the routes of the settings page. The server validates its own answers, so missing members get a default here. */
import { filledText, isRecord, isTextList, listOf, textOf } from '../json.ts'

/** Settings in the shape of the configuration. */
export interface SettingsAnswer {
  settings: Readonly<Record<string, unknown>>
  /** Paths of fields that only the operator changes. */
  locked: readonly string[]
  /** Version of the configuration, for `If-Match`. */
  version: string
  offered: Readonly<Record<string, unknown>>
}

export type ConnectionState = 'ok' | 'expiring' | 'broken' | 'not_connected'
export type ConnectionUse = 'storage' | 'channel' | 'mail' | 'ai'

/** Value that a person gives to connect an account. */
export interface ConnectField {
  name: string
  /** Way that takes the value: `oauth` or `pasted`. */
  way: string
  isSecret: boolean
  isRequired: boolean
  /** Words of the server, for fields that this page does not know. */
  description: string
}

export interface Connection {
  provider: string
  use: ConnectionUse
  state: ConnectionState
  since: string | null
  account: string | null
  usedFor: readonly string[]
  /** Next step in words, for example that no channel was found yet. */
  hint: string | null
  /** Words of the vendor after a failure. */
  error: { code: string; words: string } | null
  ways: readonly string[]
  fields: readonly ConnectField[]
}

export interface Folder {
  name: string
  path: string
}

/** API key or webhook in a list. */
export interface ListedThing {
  id: string
  /** Name of a key, or address of a webhook. */
  title: string
  scopes: readonly string[]
  createdAt: string | null
  expiresAt: string | null
  lastUsedAt: string | null
  /** Time at which the server stopped to call a webhook. */
  disabledAt: string | null
}

export function settingsIn(body: unknown, etag: string | null): SettingsAnswer | null {
  if (!isRecord(body) || !isRecord(body.settings)) return null
  const version = filledText(body.config_version) ?? etag?.replace(/^W\/|"/g, '') ?? ''
  return {
    settings: body.settings,
    locked: isTextList(body.locked) ? body.locked : [],
    version,
    offered: isRecord(body.offered) ? body.offered : {},
  }
}

const states: readonly string[] = ['ok', 'expiring', 'broken']
const uses: readonly string[] = ['storage', 'channel', 'mail', 'ai']
const isState = (value: unknown): value is ConnectionState =>
  typeof value === 'string' && states.includes(value)
const isUse = (value: unknown): value is ConnectionUse => typeof value === 'string' && uses.includes(value)

export function connectionsIn(body: unknown): Connection[] {
  return membersOf(body, 'connections').flatMap((member) => connectionIn(member) ?? [])
}

export function connectionIn(value: unknown): Connection | null {
  if (!isRecord(value) || typeof value.provider !== 'string') return null
  const { error } = value
  return {
    provider: value.provider,
    use: isUse(value.use) ? value.use : 'channel',
    state: isState(value.state) ? value.state : 'not_connected',
    since: textOf(value.since),
    account: textOf(value.account),
    usedFor: isTextList(value.used_for) ? value.used_for : [],
    hint: filledText(value.hint) ?? null,
    error: isRecord(error) ? { code: textOf(error.code) ?? '', words: textOf(error.words) ?? '' } : null,
    ways: isTextList(value.ways) ? value.ways : [],
    fields: listOf(value.fields).flatMap(fieldIn),
  }
}

function fieldIn(value: unknown): ConnectField[] {
  if (!isRecord(value) || typeof value.name !== 'string') return []
  const { name, way, secret, required, description } = value
  return [
    {
      name,
      way: textOf(way) ?? 'pasted',
      isSecret: secret === true,
      isRequired: required === true,
      description: textOf(description) ?? '',
    },
  ]
}

export function foldersIn(body: unknown): Folder[] {
  return membersOf(body, 'folders').flatMap((folder) =>
    isRecord(folder) && typeof folder.name === 'string' && typeof folder.path === 'string'
      ? [{ name: folder.name, path: folder.path }]
      : [],
  )
}

export function listedIn(body: unknown, member: 'keys' | 'webhooks'): ListedThing[] {
  return membersOf(body, member).flatMap((thing) => listedThing(thing) ?? [])
}

const listOfTexts = (value: unknown) => (isTextList(value) ? value : [])

function listedThing(value: unknown): ListedThing | null {
  if (!isRecord(value) || (typeof value.id !== 'string' && typeof value.id !== 'number')) return null
  const id = String(value.id)
  return {
    id,
    title: textOf(value.name) ?? textOf(value.url) ?? id,
    scopes: isTextList(value.scopes) ? value.scopes : listOfTexts(value.types),
    createdAt: textOf(value.created_at),
    expiresAt: textOf(value.expires_at),
    lastUsedAt: textOf(value.last_used_at),
    disabledAt: textOf(value.disabled_at),
  }
}

/** Returns the list below `member`. An answer may also be the list. */
function membersOf(body: unknown, member: string): readonly unknown[] {
  return isRecord(body) ? listOf(body[member]) : listOf(body)
}
