/** The built web app of a host: in memory on Node, behind the ASSETS binding on Workers. */

/**
 * Serves the web app. `index`, `settings` and `get` answer GET and HEAD, honour `If-None-Match` with 304, and set type, caching and
 * entity tag. The caller adds security headers, so the headers of the responses are mutable.
 */
export interface Assets {
  /** Returns the page at `/`. Caches must revalidate the page before each use, so that a deployment shows at once. */
  index(request: Request): Promise<Response>
  /** Returns the page at `/settings`, with the caching of the page at `/`. */
  settings(request: Request): Promise<Response>
  /**
   * Returns the file at this exact path below `/assets/`, or `null`. File names contain a digest of the content, so
   * caches may keep the files forever.
   */
  get(path: string, request: Request): Promise<Response | null>
  /** Lists the icons of the installed app, for its manifest. */
  icons(): Promise<readonly AppIcon[]>
}

/** An icon of a web app manifest (W3C, "Web Application Manifest", section 1.9: `ImageResource`). */
export interface AppIcon {
  /** A path below `/assets/`. */
  src: string
  sizes: string
  type: string
  purpose: 'any' | 'maskable'
}

/** File name of the list of icons, a JSON document that the build writes beside the page and that hosts do not serve. */
export const iconList = 'icons.json'

/** `Cache-Control` of the page and of the fingerprinted files (RFC 9111, RFC 8246). */
export const assetCaching = {
  page: 'no-cache',
  fingerprinted: 'public, max-age=31536000, immutable',
} as const
