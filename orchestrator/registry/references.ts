/** References to credentials in a configuration. */
import { isRecord } from '../../src/contract/lenient.ts'

/** Returns the paths of all members that hold the reference: members whose name ends in `_ref`, also below unknown keys. */
export function placesOf(ref: string, value: unknown, path: readonly string[] = []): string[] {
  if (Array.isArray(value))
    return value.flatMap((entry, index) => placesOf(ref, entry, [...path, String(index)]))
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, member]) => {
    const at = [...path, key]
    const isHere = key.endsWith('_ref') && typeof member === 'string' && member.trim() === ref
    return isHere ? [at.join('.')] : placesOf(ref, member, at)
  })
}
