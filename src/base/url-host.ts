/** Shortens URLs for people. Path and user information may be secret. */

/** Returns host and port of a URL, or the first 100 characters of a text that is not a URL. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url.slice(0, 100)
}
