/** Turns the configured storage paths into one normalised path per folder. */

/** One path for each folder of a photographer. */
export interface ConfiguredPaths {
  root: string
  archive: string
  keep: string
  remove: string
}

/**
 * A sub-path that starts with `/` or with the root is taken as it is, anything else is joined to the root.
 * Empty, blank and `.` segments and blanks at the ends are dropped, so that no two spellings of one path exist.
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
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f\\]/.test(path)) throw new RangeError('a storage path holds a forbidden character')
  const segments = path.split('/').filter((segment) => !['', '.'].includes(segment.trim()))
  if (segments.some((segment) => segment.trim() === '..'))
    throw new RangeError('a storage path holds a ".." segment')
  return ((path.startsWith('/') ? '/' : '') + segments.join('/')).trim()
}
