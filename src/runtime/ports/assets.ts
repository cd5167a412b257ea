/** The built web app as a host has it: in memory on Node, behind the ASSETS binding on Workers. */

/**
 * Both functions answer GET and HEAD, honour `If-None-Match` with 304, and set type, caching and entity tag. The
 * security headers are the caller's. The responses' headers are mutable.
 */
export interface Assets {
  /** The page at `/`. Caches may keep it and ask before each use, so that a deployment shows at once. */
  index(request: Request): Promise<Response>
  /**
   * The file of this exact path below `/assets/`, `null` where there is none. Its name holds a digest of its content,
   * so it may be cached for ever.
   */
  get(path: string, request: Request): Promise<Response | null>
}

/** `Cache-Control` of the page and of the fingerprinted files (RFC 9111, RFC 8246). */
export const assetCaching = {
  page: 'no-cache',
  fingerprinted: 'public, max-age=31536000, immutable',
} as const
