/** Combines what several sources say about a photo, field by field. */
import { instantOf } from '../../base/metadata/iso-time.ts'
import { filledFrom, noMetadata, type PhotographerMetadata } from '../../base/metadata/photographer.ts'
import type { Words } from './words.ts'

/**
 * Returns for each field what the first source says that says anything, or `null` if none does. Files beside the photo come first. The
 * photo itself precedes those that a program wrote earlier, where both tell the time.
 */
export function combinedWords(beside: readonly Words[], inside: Words | null): PhotographerMetadata | null {
  const newer = beside.filter((file) => !isOlder(file, inside))
  const older = beside.filter((file) => isOlder(file, inside))
  const sources = [...newer, ...(inside ? [inside] : []), ...older].map(({ metadata }) => metadata)
  return sources.length === 0 ? null : sources.reduce(filledFrom, noMetadata)
}

function isOlder({ modifiedAt }: Words, inside: Words | null): boolean {
  if (modifiedAt === null || inside === null || inside.modifiedAt === null) return false
  return instantOf(modifiedAt) < instantOf(inside.modifiedAt)
}
