/** The built web app as a host has it: in memory on Node, behind the ASSETS binding on Workers. */

/**
 * `index` and `get` answer GET and HEAD, honour `If-None-Match` with 304, and set type, caching and entity tag. The
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
  /** The icons of the page once it is installed, for its manifest. */
  icons(): Promise<readonly AppIcon[]>
}

/** An icon as a web app manifest names it (W3C, "Web Application Manifest", section 1.9: `ImageResource`). */
export interface AppIcon {
  /** A path below `/assets/`. */
  src: string
  sizes: string
  type: string
  purpose: 'any' | 'maskable'
}

/** What the build calls the list of icons, a JSON document beside the page that is not served. */
export const iconList = 'icons.json'

/** `Cache-Control` of the page and of the fingerprinted files (RFC 9111, RFC 8246). */
export const assetCaching = {
  page: 'no-cache',
  fingerprinted: 'public, max-age=31536000, immutable',
} as const
