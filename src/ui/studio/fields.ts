/** Paths of settings: reading values, comparing them, and building a JSON merge patch (RFC 7396). */
import { isRecord } from '../json.ts'

/** Value of a field. `null` is the default. */
export type Value = string | number | boolean | readonly string[] | null

/** Changed values by path, such as `content.hashtag_string`. */
export type Draft = Readonly<Record<string, Value>>

/** Fields of the page, in its order. */
export const fieldPaths = [
  'appearance.title',
  'appearance.accent_color',
  'appearance.background_color',
  'features.auto_view_enabled',
  'content.time_zone',
  'content.hashtag_string',
  'content.voice_profile',
  'content.default_rating',
  'content.default_platforms',
  'content.watermark.text',
  'content.watermark.position',
  'content.watermark.opacity',
  'ai.system_prompt',
  'ai.role_prompt',
  'storage.paths.root',
  'storage.paths.archive',
  'storage.paths.keep',
  'storage.paths.remove',
] as const
export type FieldPath = (typeof fieldPaths)[number]

/** Returns the value at a path; `null` if it is absent or of another type. */
export function valueAt(settings: unknown, path: string): Value {
  let value = settings
  for (const name of path.split('.')) value = isRecord(value) ? value[name] : undefined
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'string') return value === '' ? null : value
  return Array.isArray(value) ? value.filter((member) => typeof member === 'string') : null
}

export function isSame(one: Value, other: Value): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Builds the merge patch of a draft. Removes a field whose value is `null`. */
export function patchOf(draft: Draft): Record<string, unknown> {
  const patch: Record<string, unknown> = {}
  for (const [path, value] of Object.entries(draft)) {
    const names = path.split('.')
    const last = names.pop() ?? ''
    let block = patch
    for (const name of names) {
      const inner = isRecord(block[name]) ? block[name] : {}
      block[name] = inner
      block = inner
    }
    // An empty line of a list is still to be written.
    block[last] = typeof value === 'object' ? (value?.filter((text) => text.trim() !== '') ?? null) : value
  }
  return patch
}

/** Drops changes that equal the settings. */
export function openChanges(draft: Draft, settings: unknown): Draft {
  return Object.fromEntries(
    Object.entries(draft).filter(([path, value]) => !isSame(value, valueAt(settings, path))),
  )
}
