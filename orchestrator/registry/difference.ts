/** Differences of two configurations, for people and as JSON. */
import { isRecord } from '../../src/contract/lenient.ts'
import { canonicalJson } from '../contract/canonical.ts'

/** A changed member. `before` is absent for an added member, and `after` for a removed member. */
export interface Change {
  /** Members joined by dots. An entry of `publishers` is named by its `id`. */
  path: string
  before?: unknown
  after?: unknown
}

export interface Difference {
  changes: Change[]
  /** Number of further changes, beyond the upper bound. */
  more: number
}

const maxChanges = 500
/** Upper bound on a value's JSON in a difference. */
const maxValueLength = 1000
const maxPathLength = 300

/** Compares two configurations as they are sent. The order of members does not count. */
export function difference(before: unknown, after: unknown): Difference {
  const all = changesBetween(before, after, '')
  return { changes: all.slice(0, maxChanges).map(bounded), more: Math.max(0, all.length - maxChanges) }
}

/** Returns one line per change: `+` added, `-` removed, `~` changed. */
export function differenceText({ changes, more }: Difference): string {
  const lines = changes.map((change) => {
    const { path, before, after } = change
    if (!Object.hasOwn(change, 'before')) return `+ ${path}: ${JSON.stringify(after)}`
    if (!Object.hasOwn(change, 'after')) return `- ${path}: ${JSON.stringify(before)}`
    return `~ ${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`
  })
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')
}

function changesBetween(before: unknown, after: unknown, path: string): Change[] {
  if (isRecord(before) && isRecord(after)) return memberChanges(before, after, path)
  if (path === 'publishers') {
    const [old, fresh] = [byId(before), byId(after)]
    if (old && fresh)
      return [...memberChanges(old.entries, fresh.entries, path), ...orderChange(old.ids, fresh.ids, path)]
  }
  return canonicalJson(before) === canonicalJson(after) ? [] : [{ path, before, after }]
}

function memberChanges(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  path: string,
): Change[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].flatMap((key) => {
    const at = path === '' ? key : `${path}.${key}`
    const isOld = Object.hasOwn(before, key)
    const isNew = Object.hasOwn(after, key)
    if (isOld && isNew) return changesBetween(before[key], after[key], at)
    return [{ path: at, ...(isOld && { before: before[key] }), ...(isNew && { after: after[key] }) }]
  })
}

interface Indexed {
  ids: string[]
  entries: Record<string, unknown>
}

/** Indexes entries by their `id`. Returns `null` if an `id` is missing or used twice. */
function byId(value: unknown): Indexed | null {
  if (!Array.isArray(value)) return null
  const found = value.flatMap((entry: unknown) =>
    isRecord(entry) && typeof entry.id === 'string' ? [[entry.id, entry] as const] : [],
  )
  const ids = found.map(([id]) => id)
  return new Set(ids).size === value.length ? { ids, entries: Object.fromEntries(found) } : null
}

/** Reports a changed order of the entries on both sides: the first channel of a platform has the platform's name. */
function orderChange(before: readonly string[], after: readonly string[], path: string): Change[] {
  const old = before.filter((id) => after.includes(id))
  const fresh = after.filter((id) => before.includes(id))
  return old.join('\n') === fresh.join('\n') ? [] : [{ path: `${path} (order)`, before: old, after: fresh }]
}

function bounded({ path, ...values }: Change): Change {
  const shown = Object.entries(values).map(([side, value]) => [side, boundedValue(value)])
  return { path: path.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, maxPathLength), ...Object.fromEntries(shown) }
}

function boundedValue(value: unknown): unknown {
  const text = JSON.stringify(value) ?? 'null'
  return text.length <= maxValueLength ? value : `${text.slice(0, maxValueLength)}…`
}
