/** Name folding for search, on the server and in pages that have all names. */

const accents = /\p{Mark}/gu

/** Removes case and accents in any encoding: `Café` and `cafe` become equal. */
export function foldName(name: string): string {
  return name.normalize('NFKD').replace(accents, '').toLowerCase()
}
