/** Router for all routes. */
import { METHOD_NAME_ALL, type Router, UnsupportedPathError } from 'hono/router'
import { RegExpRouter } from 'hono/router/reg-exp-router'

/**
 * Combines two of Hono's RegExpRouters, for paths without parameters and for patterns. A single RegExpRouter refuses
 * `/api/images/:filename` beside `/api/images/list`. Hono then uses its TrieRouter for all routes, which is many times slower.
 *
 * A plain path never falls back to a pattern, for any method: `list` is not a photo name. Throws `UnsupportedPathError` for handlers of
 * all methods, since both routers would need them, and for paths that RegExpRouter refuses.
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
