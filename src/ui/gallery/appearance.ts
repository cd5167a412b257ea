/** Title of the gallery. It arrives in the style sheet of its colours (src/handlers/routes/appearance.ts), before the first paint. */

/** Returns the title, or the host's first label if the style sheet did not load: `alice` for `alice.shibari.photo`. */
export function galleryTitle(): string {
  const property = getComputedStyle(document.documentElement).getPropertyValue('--title')
  const encoded = /^\s*"(.+)"\s*$/.exec(property)?.[1]
  return encoded === undefined ? (location.hostname.split('.')[0] ?? '') : decodeURIComponent(encoded)
}
