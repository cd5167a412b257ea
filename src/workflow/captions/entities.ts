/** Finds web addresses and mentions of accounts on other servers in a caption, as Mastodon counts them. */

/** A web address or a mention, by its place in the text. */
export interface Entity {
  kind: 'address' | 'mention'
  start: number
  end: number
}

/** Includes characters that may not belong to the address; {@link addressLength} removes them. */
const address =
  /(?<![A-Za-z0-9@＠$#＃])https?:\/\/(?<host>[\p{L}\p{M}\p{N}_.-]+)(?<port>:\d{1,5})?(?<path>[/?][^\s<>]*)?/giu
const topLevel = /\.(?:\p{L}{2,}|xn--[a-z0-9-]+)$/iu
/** Characters that end no host and no path. Brackets may end a path: see {@link pathLength}. */
const afterHost = /[.\-_]/
const afterPath = /[?!*"'「」<>;:=,.$%[\]~&|@(…]/

/** Mention of an account on another server: the name, then the domain, whose last characters may not belong to the mention. */
const mention = /(?<![=/\p{L}\p{N}_])@(?<name>[a-z0-9_.-]+)@(?<domain>[\p{L}\p{N}_][\p{L}\p{N}_.-]*)/giu
const afterDomain = /[.-]/

/** Returns the web addresses with `http` or `https`, in reading order. Punctuation after an address does not belong to it. */
export function addressesIn(text: string): Entity[] {
  const found: Entity[] = []
  for (const match of text.matchAll(address)) {
    const length = addressLength(match[0], match.groups ?? {})
    if (length > 0) found.push({ kind: 'address', start: match.index, end: match.index + length })
  }
  return found
}

/** A mention of a remote account, which counts without its domain. */
export interface Mention extends Entity {
  /** `@name` without the domain. */
  counted: string
}

/** Returns the mentions with a domain, such as `@name@example.social`, in reading order. */
export function mentionsIn(text: string): Mention[] {
  const found: Mention[] = []
  for (const match of text.matchAll(mention)) {
    const { name = '', domain = '' } = match.groups ?? {}
    const counted = `@${name}`
    const end = match.index + counted.length + 1 + trimmedLength(domain, afterDomain)
    // Mastodon takes no dots or hyphens at the edges of a name.
    if (!/^[.-]|[.-]$/.test(name)) found.push({ kind: 'mention', start: match.index, end, counted })
  }
  return found
}

function addressLength(
  whole: string,
  { host = '', port = '', path }: Record<string, string | undefined>,
): number {
  const named = trimmedLength(host, afterHost)
  if (!topLevel.test(host.slice(0, named))) return 0
  const scheme = whole.indexOf('//') + 2
  if (named < host.length || path === undefined)
    return scheme + named + (named < host.length ? 0 : port.length)
  return scheme + host.length + port.length + pathLength(path)
}

/** A closing bracket belongs to the path if it closes a bracket of the path. */
function pathLength(path: string): number {
  let open = 0
  for (const character of path) open += character === '(' ? 1 : character === ')' ? -1 : 0
  let end = path.length
  for (; end > 1; end--) {
    const last = path.charAt(end - 1)
    if (last === ')' && open < 0) open += 1
    else if (!afterPath.test(last)) break
  }
  return end
}

function trimmedLength(text: string, dropped: RegExp): number {
  let end = text.length
  while (end > 0 && dropped.test(text.charAt(end - 1))) end--
  return end
}
