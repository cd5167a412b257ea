/** The gallery's own title. It comes with the stylesheet of its colours (src/handlers/routes/appearance.ts), before the first paint. */

/** The title, or the host's first label where the stylesheet did not come: `alice.shibari.photo` is alice's. */
export function galleryTitle(): string {
  const property = getComputedStyle(document.documentElement).getPropertyValue('--title')
  const encoded = /^\s*"(.+)"\s*$/.exec(property)?.[1]
  return encoded === undefined ? (location.hostname.split('.')[0] ?? '') : decodeURIComponent(encoded)
}
