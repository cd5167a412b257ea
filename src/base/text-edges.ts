/** Cuts at the edges of text in linear time, where a pattern such as `/[x]+$/` would start anew at each `x`. */

/** The text without the UTF-16 units at its end that `dropped`, a pattern for one unit without the flag `g`, matches. */
export function withoutEnd(text: string, dropped: RegExp): string {
  let end = text.length
  while (end > 0 && dropped.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

const slash = /\//

/** The address without the slashes at its end. */
export function withoutSlashAtEnd(address: string): string {
  return withoutEnd(address, slash)
}
