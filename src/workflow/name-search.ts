/** How names are compared when somebody searches: on the server, and in the page where it has all names. */

const accents = /\p{Mark}/gu

/** The name without case and accents, however they are encoded: `Café` and `cafe` are the same. */
export function foldName(name: string): string {
  return name.normalize('NFKD').replace(accents, '').toLowerCase()
}
