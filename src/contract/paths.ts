/** Turns the configured storage paths into one normalised path per folder. */

/** One path for each folder of a photographer. */
export interface ConfiguredPaths {
  root: string
  archive: string
  keep: string
  remove: string
}

/**
 * Resolves the sub-paths. Keeps a sub-path that starts with `/` or with the root, and joins other sub-paths to the root.
 * Drops empty, blank and `.` segments and surrounding blanks, so that each path has one spelling.
 * Throws a `RangeError` for a `..` segment, a backslash or a control character.
 */
export function resolvePaths(configured: ConfiguredPaths): ConfiguredPaths {
  const root = normalise(configured.root)
  const below = (path: string) => {
    const normal = normalise(path)
    const isBelowRoot = normal === root || (root !== '' && normal.startsWith(`${root}/`))
    if (path.startsWith('/') || isBelowRoot) return normal
    return root === '/' ? `/${normal}` : normalise(`${root}/${normal}`)
  }
  return {
    root,
    archive: below(configured.archive),
    keep: below(configured.keep),
    remove: below(configured.remove),
  }
}

function normalise(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern refuses them
  if (/[\u0000-\u001f\u007f\\]/.test(path)) throw new RangeError('a storage path holds a forbidden character')
  const segments = path.split('/').filter((segment) => !['', '.'].includes(segment.trim()))
  if (segments.some((segment) => segment.trim() === '..'))
    throw new RangeError('a storage path holds a ".." segment')
  return ((path.startsWith('/') ? '/' : '') + segments.join('/')).trim()
}
