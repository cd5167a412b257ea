/** Settings of a gallery as its photographer sees them, and their changes. */
import type { z } from 'zod'
import { channelNamed, channelsOf } from '../../src/contract/channels.ts'
import { isBlank, isRecord, memberOf } from '../../src/contract/lenient.ts'
import { publishersField } from '../../src/contract/publisher-entries.ts'
import { withMember } from '../registry/member-change.ts'
import { type AllowedSetting, allowedSettings, nested, settingsBelow } from './allowed-settings.ts'

/** State of a tenant that decides about its settings. */
export interface SettingsState {
  /** Configuration as its authors wrote it. */
  written: Readonly<Record<string, unknown>>
  /** Settings that the photographer may not change now, each with the reason. */
  locked: ReadonlyMap<string, string>
}

/** Fault of a change: a JSON pointer (RFC 6901) into the body, and words for people. */
export interface SettingFault {
  pointer: string
  detail: string
}

export type Patched = { config: Record<string, unknown> } | { errors: SettingFault[] }

/** Upper bound on the faults of an answer. */
const maxFaults = 50
const maxPointerLength = 200

const byOperator = 'Your operator has locked this setting.'
const unconnected = 'Connect your own storage first.'
const ofVersion2 = 'Your operator must update this gallery first.'

export interface LockOptions {
  /** `locked` of the tenant's row: paths of settings or blocks, separated by commas. */
  locked: string
  schemaVersion: number
  /** True if the photographer connected the storage. Folders of an operator's storage may belong to other tenants. */
  hasOwnStorage: boolean
}

/** Returns the settings that a photographer may not change, with the reasons. */
export function locksOf({ locked, schemaVersion, hasOwnStorage }: LockOptions): Map<string, string> {
  const locks = new Map<string, string>()
  const lock = (path: string, reason: string) => {
    for (const each of settingsBelow(path)) if (!locks.has(each)) locks.set(each, reason)
  }
  for (const path of locked.split(',')) lock(path.trim(), byOperator)
  if (!hasOwnStorage) lock('storage', unconnected)
  // The publisher reads only these two blocks of version 1.
  if (schemaVersion === 1) for (const block of ['appearance', 'content', 'ai']) lock(block, ofVersion2)
  return locks
}

/** Returns the value of each allowed setting as the publisher reads it. `null`: not set, without a default. */
export function settingsOf(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const normal = withBlocks(config)
  return nested(({ path, field }) => field.read(valueAt(normal, path), path, []) ?? null)
}

/** Applies a JSON merge patch (RFC 7396) to the settings. Returns all faults if any member must not be changed. */
export function patched(patch: Readonly<Record<string, unknown>>, state: SettingsState): Patched {
  const errors: SettingFault[] = []
  let config = withBlocks(state.written)
  for (const step of stepsOf(patch, [])) {
    const faults = faultsOf(step, config, state.locked)
    errors.push(...faults.map(({ path, detail }) => ({ pointer: pointerTo([...step.at, ...path]), detail })))
    if (errors.length >= maxFaults) break
    if (faults.length === 0 && step.setting) config = withSetting(config, step.setting, step.value)
  }
  return errors.length > 0 ? { errors: errors.slice(0, maxFaults) } : { config }
}

/** Member of a patch. */
interface Step {
  /** Members from the top of the patch. */
  at: readonly string[]
  /** Absent for a member that photographers cannot change. */
  setting?: AllowedSetting | undefined
  value: unknown
}

/** Lists the settings that a patch names, in its order. `null` for a block stands for all its settings. */
function stepsOf(members: Readonly<Record<string, unknown>>, above: readonly string[]): Step[] {
  return Object.entries(members).flatMap(([key, value]): Step[] => {
    const at = [...above, key]
    // A key with a dot would look like a path.
    const inside = key.includes('.') ? [] : settingsBelow(at.join('.'))
    const [first] = inside
    if (first === at.join('.')) return [{ at, setting: allowedSettings.get(first), value }]
    if (inside.length === 0) return [{ at, value }]
    if (isRecord(value)) return stepsOf(value, at)
    if (value !== null) return [{ at, value }]
    return inside.map((path) => ({ at: path.split('.'), setting: allowedSettings.get(path), value: null }))
  })
}

/** Returns what speaks against a step. */
function faultsOf(
  { setting, value }: Step,
  config: Readonly<Record<string, unknown>>,
  locked: SettingsState['locked'],
): ValueFault[] {
  if (!setting) return [{ path: [], detail: 'Photographers cannot change this.' }]
  const reason = locked.get(setting.path)
  if (reason !== undefined) return [{ path: [], detail: reason }]
  return isBlank(value) ? [] : faultsIn(setting, value, config)
}

function withSetting(
  config: Record<string, unknown>,
  { path, schema }: AllowedSetting,
  value: unknown,
): Record<string, unknown> {
  if (!isBlank(value)) return withMember(config, path.split('.'), schema.parse(value))
  return valueAt(config, path) === undefined ? config : withMember(config, path.split('.'), null)
}

interface ValueFault {
  /** Members below the setting. */
  path: string[]
  detail: string
}

/** Checks a value by its own schema, then as the publisher reads it. */
function faultsIn(
  { path, schema, field }: AllowedSetting,
  value: unknown,
  config: Readonly<Record<string, unknown>>,
): ValueFault[] {
  const parsed = schema.safeParse(value)
  if (!parsed.success) return firstFaults(parsed.error.issues)
  const unread: Parameters<typeof field.read>[2] = []
  field.read(parsed.data, path, unread)
  if (unread.length > 0) return unread.map(({ reason }) => ({ path: [], detail: reason }))
  return path === 'content.default_platforms' ? unknownChannels(parsed.data, config) : []
}

/** Returns the first fault of each member. */
function firstFaults(issues: readonly z.core.$ZodIssue[]): ValueFault[] {
  const found = issues.map(({ path, message }) => ({ path: path.map(String), detail: message }))
  return [...new Map(found.toReversed().map((fault) => [fault.path.join('.'), fault])).values()]
}

function unknownChannels(names: unknown, config: Readonly<Record<string, unknown>>): ValueFault[] {
  const channels = channelsOf(publishersField.read(memberOf(config, 'publishers'), '', []))
  const listed: unknown[] = Array.isArray(names) ? names : []
  return listed.flatMap((name, index) =>
    channelNamed(channels, String(name))
      ? []
      : [{ path: [String(index)], detail: 'is no channel of this gallery' }],
  )
}

/** Writes a watermark that is a plain text as a block, so that its members can change. */
function withBlocks(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { content } = config
  if (!isRecord(content)) return { ...config }
  const { watermark, ...rest } = content
  if (watermark === undefined || isRecord(watermark)) return { ...config }
  const isText = typeof watermark === 'string' || typeof watermark === 'number'
  return { ...config, content: { ...rest, ...(isText && { watermark: { text: String(watermark) } }) } }
}

function valueAt(config: unknown, path: string): unknown {
  return path.split('.').reduce(memberOf, config)
}

function pointerTo(path: readonly string[]): string {
  const escaped = path.map((name) => name.replaceAll('~', '~0').replaceAll('/', '~1'))
  return `/${escaped.join('/')}`.toWellFormed().slice(0, maxPointerLength)
}
