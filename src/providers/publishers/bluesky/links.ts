/** Finds web addresses in a text, with and without `https://`. */

/** A part of a text in UTF-16 offsets. */
export interface Part<T> {
  start: number
  end: number
  value: T
}

const addressPattern = /(?:^|[\s(])(https?:\/\/\S+|[a-z][a-z0-9]*(?:\.[a-z0-9]+)+\S*)/gim
const domainPattern = /^[a-z][a-z0-9]*(?:\.[a-z0-9]+)+/i

/** Lists the addresses, as Bluesky's own client does. `isDomain` decides if a name without `https://` is a link. */
export function linksIn(text: string, isDomain: (name: string) => boolean): Part<string>[] {
  return [...text.matchAll(addressPattern)].flatMap((match) => {
    const [whole, found = ''] = match
    const value = withoutEnd(found)
    const uri = /^https?:\/\//.test(value) ? value : addressOf(found, value, isDomain)
    // A server refuses the whole post for a link that is no URL.
    if (uri === undefined || !URL.canParse(uri)) return []
    const start = match.index + whole.length - found.length
    return [{ start, end: start + value.length, value: uri }]
  })
}

function addressOf(found: string, value: string, isDomain: (name: string) => boolean): string | undefined {
  const [domain = ''] = domainPattern.exec(found) ?? []
  return isDomain(domain) ? `https://${value}` : undefined
}

/** Leaves out the punctuation of the sentence around an address. */
function withoutEnd(address: string): string {
  const end = /[.,;:!?]$/.test(address) ? address.slice(0, -1) : address
  return end.endsWith(')') && !end.includes('(') ? end.slice(0, -1) : end
}
