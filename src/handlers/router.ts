/** How a request finds its route. */
import { METHOD_NAME_ALL, type Router, UnsupportedPathError } from 'hono/router'
import { RegExpRouter } from 'hono/router/reg-exp-router'

/**
 * Two of Hono's RegExpRouters: one for paths without parameters, one for patterns. A single one refuses `/api/images/:filename`
 * beside `/api/images/list`, and Hono then takes its TrieRouter for everything, which is many times slower.
 *
 * A path that stands in the first belongs to its own routes alone, whatever the method: `list` is the name of no photo. Throws
 * `UnsupportedPathError` for what is meant for all methods, since middleware would have to be in both, and for what RegExpRouter refuses.
 */
export function createRouter<T>(): Router<T> {
  const plain = new RegExpRouter<T>()
  const patterns = new RegExpRouter<T>()
  const plainPaths = new Set<string>()
  return {
    name: 'plain paths first',
    add(method, path, handler) {
      if (method === METHOD_NAME_ALL) throw new UnsupportedPathError(path)
      if (/[:*]/.test(path)) return patterns.add(method, path, handler)
      plainPaths.add(path)
      plain.add(method, path, handler)
    },
    match: (method, path) => (plainPaths.has(path) ? plain : patterns).match(method, path),
  }
}
