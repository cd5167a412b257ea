/** The part of a URL that a person may be shown: its path and user may be secret. */

/** Host and port of a URL; the beginning of the text itself where it is not a URL. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url.slice(0, 100)
}
