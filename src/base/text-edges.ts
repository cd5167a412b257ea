/** Trims text in linear time. A pattern such as `/[x]+$/` takes quadratic time, because it restarts at each `x`. */

/** Removes the trailing UTF-16 units that match `dropped`, a pattern for a single unit without the flag `g`. */
export function withoutEnd(text: string, dropped: RegExp): string {
  let end = text.length
  while (end > 0 && dropped.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

const slash = /\//

/** Removes trailing slashes. */
export function withoutSlashAtEnd(address: string): string {
  return withoutEnd(address, slash)
}
