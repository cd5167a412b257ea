/** Changes one member of a configuration as it is written, and keeps everything else. */
import { parseJson } from '../../src/base/json.ts'
import { isRecord } from '../../src/contract/lenient.ts'
import { checkStorable } from './bounded-document.ts'
import { Refused } from './sql/refusals.ts'

/** Members from the top of a configuration. An entry of a list is named by its `id`, or by its index. */
export type MemberPath = readonly string[]

const maxSegments = 10
const segmentForm = /^[\w@-]{1,200}$/
const reserved = new Set(['__proto__', 'constructor', 'prototype'])

/** Parses a path such as `features.publish_enabled`. Throws {@link Refused}. */
export function parseMemberPath(text: string): MemberPath {
  const path = text.split('.')
  const isUsable = path.every((segment) => segmentForm.test(segment) && !reserved.has(segment))
  if (!isUsable || path.length > maxSegments)
    throw new Refused('A path has 1 to 10 names of letters, digits, _, - and @, joined by dots.')
  return path
}

/** Parses the value of an argument: JSON, or otherwise text. Throws `RegistryError` for a value that cannot be stored. */
export function parseMemberValue(text: string): unknown {
  const parsed = parseJson(text)
  const value = parsed === undefined ? text : parsed
  checkStorable(value, 'the value')
  return value
}

/**
 * Returns a copy with a changed member. Missing blocks are created. `null` removes the member. Throws {@link Refused} if the path leads
 * through another type, or to a missing entry of a list.
 */
export function withMember(
  config: Readonly<Record<string, unknown>>,
  path: MemberPath,
  value: unknown,
): Record<string, unknown> {
  return changedBlock(config, path, 0, value)
}

function changed(before: unknown, path: MemberPath, at: number, value: unknown): unknown {
  if (at === path.length) return value
  if (Array.isArray(before)) return changedList(before, path, at, value)
  if (before === undefined || before === null) return changedBlock({}, path, at, value)
  if (isRecord(before)) return changedBlock(before, path, at, value)
  throw new Refused(`${path.slice(0, at).join('.')} is not a block of members.`)
}

function changedBlock(
  before: Readonly<Record<string, unknown>>,
  path: MemberPath,
  at: number,
  value: unknown,
): Record<string, unknown> {
  const key = path[at] ?? ''
  const old = Object.hasOwn(before, key) ? before[key] : undefined
  const fresh = changed(old, path, at + 1, value)
  const others = Object.entries(before).filter(([name]) => name !== key)
  if (fresh === null) return Object.fromEntries(others)
  return { ...before, [key]: fresh }
}

function changedList(before: readonly unknown[], path: MemberPath, at: number, value: unknown): unknown[] {
  const key = path[at] ?? ''
  const byId = before.findIndex((entry) => isRecord(entry) && String(entry.id) === key)
  const index = byId >= 0 ? byId : /^\d{1,4}$/.test(key) ? Number(key) : -1
  if (index < 0 || index >= before.length)
    throw new Refused(`${path.slice(0, at).join('.')} has no entry ${key}.`)
  const fresh = changed(before[index], path, at + 1, value)
  return fresh === null ? before.toSpliced(index, 1) : before.with(index, fresh)
}
