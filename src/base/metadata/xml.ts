/**
 * Parses the XML of XMP files in one pass, and keeps the positions that an edit needs. Refuses documents that are not well-formed, have
 * a document type, name an entity beyond the five of XML, or exceed the limits below. All work is linear in the text.
 */
import { withoutReferences } from './xml-references.ts'

const maxDepth = 100
/** Upper bound on elements and attributes together. Lightroom's largest files have some ten thousand. */
const maxNodes = 50_000
/** Upper bound on a namespace, which stands in every full name. The longest of photo programs has some 70 units. */
const maxNamespaceLength = 250
const xmlNamespace = 'http://www.w3.org/XML/1998/namespace'

/** A part of the text: from `start`, up to and without `end`. */
export interface Span {
  start: number
  end: number
}

export interface XmlAttribute {
  /** Value with its references replaced. */
  value: string
  /** Position of the raw value between its quotes. */
  span: Span
}

export interface XmlElement {
  /** Namespace and local name joined, as RDF does: `http://purl.org/dc/elements/1.1/title`. */
  name: string
  /** Name with its prefix, as written. */
  tag: string
  /** Attributes by namespace and local name joined, without the declarations of namespaces. */
  attributes: ReadonlyMap<string, XmlAttribute>
  children: XmlElement[]
  /** Text outside of child elements, with its references replaced. */
  text: string
  /** Position between the tags; `null` for an empty-element tag such as `<a/>`. */
  content: Span | null
  scope: Scope
}

/** Prefixes that an element declares, and those of the elements around it. */
interface Scope {
  prefixes: ReadonlyMap<string, string>
  outer: Scope | null
  /** Full names by the names as written, to resolve each only once. */
  names: Map<string, string>
}

const noAttributes: ReadonlyMap<string, XmlAttribute> = new Map()

/** Returns the root element, or `null` for a document that this parser refuses. Never throws. */
export function parseXml(text: string): XmlElement | null {
  const outermost: Scope = { prefixes: new Map([['xml', xmlNamespace]]), outer: null, names: new Map() }
  const open: XmlElement[] = []
  let root: XmlElement | null = null
  let nodes = 0
  let at = 0
  for (;;) {
    const next = text.indexOf('<', at)
    const end = next < 0 ? text.length : next
    if (!addText(open.at(-1), text, { start: at, end })) return null
    if (next < 0) return open.length === 0 ? root : null
    const besides = markupBesidesTags(text, next)
    if (besides) {
      if (besides.text && !open.at(-1)) return null
      const parent = open.at(-1)
      if (parent) parent.text += besides.text
      at = besides.end
    } else if (text[next + 1] === '/') {
      const closed = open.pop()
      at = text.indexOf('>', next) + 1
      if (!closed || at === 0 || text.slice(next + 2, at - 1).trimEnd() !== closed.tag) return null
      closed.content = { start: closed.content?.start ?? next, end: next }
    } else {
      const parent = open.at(-1)
      const tag = readTag(text, next + 1, maxNodes - nodes)
      const isTooLarge = open.length >= maxDepth || nodes >= maxNodes
      if (!tag || (!parent && root) || isTooLarge) return null
      const element = elementOf(tag, parent?.scope ?? outermost)
      if (!element) return null
      nodes += 1 + tag.attributes.length
      if (parent) parent.children.push(element)
      else root = element
      if (!tag.isEmpty) open.push(element)
      at = tag.end
    }
  }
}

/** Looks up a prefix; the empty prefix is the default namespace. */
function namespaceOf(scope: Scope, prefix: string): string | undefined {
  for (let at: Scope | null = scope; at; at = at.outer) {
    const found = at.prefixes.get(prefix)
    if (found !== undefined) return found
  }
  return prefix === '' ? '' : undefined
}

/** Returns false for text outside of the root, and for a reference that has no meaning. */
function addText(parent: XmlElement | undefined, text: string, { start, end }: Span): boolean {
  if (start === end) return true
  const piece = text.slice(start, end)
  if (!parent) return piece.trim() === ''
  const decoded = withoutReferences(piece)
  if (decoded === null) return false
  parent.text += decoded
  return true
}

/** Reads a comment, a processing instruction or a CDATA section. Returns `null` for a tag, and for a document type or an open end. */
function markupBesidesTags(text: string, at: number): { text: string; end: number } | null {
  if (text.startsWith('<!--', at)) return markup(text, at + 4, '-->')
  if (text.startsWith('<?', at)) return markup(text, at + 2, '?>')
  if (!text.startsWith('<![CDATA[', at)) return null
  const found = markup(text, at + 9, ']]>')
  return found && { text: text.slice(at + 9, found.end - 3), end: found.end }
}

function markup(text: string, from: number, closing: string): { text: string; end: number } | null {
  const end = text.indexOf(closing, from)
  return end < 0 ? null : { text: '', end: end + closing.length }
}

interface Tag {
  name: string
  attributes: { name: string; span: Span }[]
  isEmpty: boolean
  end: number
  text: string
}

const isSpace = (unit: number) => unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09

/** Accepts all units in a name but those with a meaning of their own in a tag. */
function isOfName(unit: number): boolean {
  // `"`, `&`, `'`, `/`, `<`, `=` and `>`. `!` and `?` begin other markup.
  return unit > 0x22 && unit !== 0x26 && unit !== 0x27 && unit !== 0x2f && !(unit >= 0x3c && unit <= 0x3f)
}

/** Reads a start tag after its `<`. Returns `null` if the tag is malformed or has more than `maxAttributes`. */
function readTag(text: string, start: number, maxAttributes: number): Tag | null {
  let at = nameEnd(text, start)
  const name = text.slice(start, at)
  if (name === '') return null
  const attributes: Tag['attributes'] = []
  for (;;) {
    const afterSpace = spaceEnd(text, at)
    if (text[afterSpace] === '>') return { name, attributes, isEmpty: false, end: afterSpace + 1, text }
    if (text.startsWith('/>', afterSpace)) {
      return { name, attributes, isEmpty: true, end: afterSpace + 2, text }
    }
    const end = nameEnd(text, afterSpace)
    const equals = spaceEnd(text, end)
    if (afterSpace === at || end === afterSpace || text[equals] !== '=') return null
    const quoteAt = spaceEnd(text, equals + 1)
    const quote = text[quoteAt]
    if (quote !== '"' && quote !== "'") return null
    const close = text.indexOf(quote, quoteAt + 1)
    if (close < 0 || attributes.length >= maxAttributes) return null
    attributes.push({ name: text.slice(afterSpace, end), span: { start: quoteAt + 1, end: close } })
    at = close + 1
  }
}

function nameEnd(text: string, start: number): number {
  let at = start
  while (at < text.length && isOfName(text.charCodeAt(at))) at++
  return at
}

function spaceEnd(text: string, start: number): number {
  let at = start
  while (at < text.length && isSpace(text.charCodeAt(at))) at++
  return at
}

/** Resolves the prefixes of a tag. Returns `null` for an unknown prefix, a repeated attribute or a malformed value. */
function elementOf(tag: Tag, outer: Scope): XmlElement | null {
  if (tag.attributes.length === 0) return emptyElement(tag, outer, noAttributes)
  const scope = scopeOf(tag, outer)
  if (!scope) return null
  const attributes = new Map<string, XmlAttribute>()
  for (const { name, span } of tag.attributes) {
    if (isDeclaration(name)) continue
    const value = attributeValue(tag.text, span)
    // The default namespace does not apply to attributes.
    const full = name.includes(':') ? fullName(name, scope) : name
    if (value === null || full === null || attributes.has(full)) return null
    attributes.set(full, { value, span })
  }
  return emptyElement(tag, scope, attributes)
}

function isDeclaration(attribute: string): boolean {
  return attribute === 'xmlns' || attribute.startsWith('xmlns:')
}

/** Returns `null` for a prefix that is declared twice, and for a namespace that is malformed or too long. */
function scopeOf(tag: Tag, outer: Scope): Scope | null {
  const declared = tag.attributes.filter(({ name }) => isDeclaration(name))
  if (declared.length === 0) return outer
  const prefixes = new Map<string, string>()
  for (const { name, span } of declared) {
    const prefix = name.slice('xmlns:'.length)
    const value = attributeValue(tag.text, span)
    if (value === null || value.length > maxNamespaceLength || prefixes.has(prefix)) return null
    prefixes.set(prefix, value)
  }
  return { prefixes, outer, names: new Map() }
}

function attributeValue(text: string, { start, end }: Span): string | null {
  const raw = text.slice(start, end)
  return raw.includes('<') ? null : withoutReferences(raw)
}

function emptyElement(tag: Tag, scope: Scope, attributes: XmlElement['attributes']): XmlElement | null {
  const name = fullName(tag.name, scope)
  if (name === null) return null
  const content = tag.isEmpty ? null : { start: tag.end, end: tag.end }
  return { name, tag: tag.name, attributes, children: [], text: '', content, scope }
}

function fullName(name: string, scope: Scope): string | null {
  const known = scope.names.get(name)
  if (known !== undefined) return known
  const colon = name.indexOf(':')
  const namespace = namespaceOf(scope, colon < 0 ? '' : name.slice(0, colon))
  if (namespace === undefined) return null
  const full = namespace + name.slice(colon + 1)
  scope.names.set(name, full)
  return full
}
