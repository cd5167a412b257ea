/** Lists of folders as the choice of a photo folder shows them. */
import { withoutSlashAtEnd } from '../../src/base/text-edges.ts'
import type { Folder } from './vendor.ts'

const maxFolders = 1000

/** Returns the path without slashes around it. The top is the empty text. */
export function innerPath(path: string): string {
  return withoutSlashAtEnd(path.replace(/^\/+/, ''))
}

/**
 * Returns the folders of these names, sorted and without repetitions, at most 1,000. Leaves out hidden folders, the program's own among
 * them, and names that no path can hold. `before` is the beginning of each path.
 */
export function sortedFolders(names: readonly string[], before: string): Folder[] {
  const usable = new Set(names.filter((name) => name !== '' && !name.startsWith('.') && !name.includes('/')))
  return [...usable]
    .toSorted((left, right) => left.localeCompare(right, 'en', { numeric: true, sensitivity: 'base' }))
    .slice(0, maxFolders)
    .map((name) => ({ name, path: `${before}${name}` }))
}
