/** Opens an XMP document: decodes the bytes, and finds the descriptions of the photo in its RDF (ISO 16684-1). */
import { maxXmpBytes } from './limits.ts'
import { parseXml, type Span, type XmlAttribute, type XmlElement } from './xml.ts'

export type XmpEncoding = 'utf-8' | 'utf-16le' | 'utf-16be'

export interface XmpDocument {
  /** The text with its byte order mark. Encoding it again restores every byte up to the trailing zeros. */
  text: string
  encoding: XmpEncoding
  rdf: XmlElement
  /** Subject of the photo itself, as its first description writes it. */
  subject: XmlAttribute | undefined
  /** Properties of the photo by their full names. The first of several descriptions wins. */
  properties: ReadonlyMap<string, XmpProperty>
}

type XmpProperty = { element: XmlElement } | { attribute: XmlAttribute }

const rdfNamespace = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'
export const rdf = {
  namespace: rdfNamespace,
  root: `${rdfNamespace}RDF`,
  description: `${rdfNamespace}Description`,
  about: `${rdfNamespace}about`,
  item: `${rdfNamespace}li`,
  value: `${rdfNamespace}value`,
  containers: ['Alt', 'Bag', 'Seq'].map((kind) => rdfNamespace + kind),
} as const
const isUnicode = /^utf-?(?:8|16(?:le|be)?)$/i
const wrappers = ['adobe:ns:meta/xmpmeta', 'adobe:ns:meta/xapmeta']
const language = 'http://www.w3.org/XML/1998/namespacelang'

/** Returns `null` for anything but a well-formed XMP document within the limits. Never throws. */
export function openXmp(bytes: Uint8Array): XmpDocument | null {
  if (bytes.length > maxXmpBytes) return null
  const decoded = decode(bytes)
  if (!decoded) return null
  const root = parseXml(withoutZeros(decoded.text))
  const found = root && wrappers.includes(root.name) ? root.children.find(isRdf) : root
  if (!found || !isRdf(found)) return null
  const described = found.children.filter(({ name }) => name === rdf.description)
  const [first] = described
  const descriptions = first ? described.filter((each) => isSameSubject(each, first)) : []
  const subject = first && subjectOf(first)
  return { ...decoded, rdf: found, subject, properties: propertiesOf(descriptions) }
}

function propertiesOf(descriptions: readonly XmlElement[]): ReadonlyMap<string, XmpProperty> {
  const properties = new Map<string, XmpProperty>()
  for (const { attributes, children } of descriptions) {
    for (const [name, attribute] of attributes) if (!properties.has(name)) properties.set(name, { attribute })
    for (const element of children)
      if (!properties.has(element.name)) properties.set(element.name, { element })
  }
  return properties
}

function isRdf({ name }: XmlElement): boolean {
  return name === rdf.root
}

/** Returns what a description describes. An absent or empty subject is the photo itself; old programs write the name without a prefix. */
function subjectOf({ attributes }: XmlElement): XmlAttribute | undefined {
  return attributes.get(rdf.about) ?? attributes.get('about')
}

function isSameSubject(first: XmlElement, second: XmlElement): boolean {
  return (subjectOf(first)?.value ?? '') === (subjectOf(second)?.value ?? '')
}

/** Detects UTF-16 by its byte order mark or by the zero beside the first `<`. Returns `null` for invalid bytes and other encodings. */
function decode(bytes: Uint8Array): Pick<XmpDocument, 'text' | 'encoding'> | null {
  const encoding = encodingOf(bytes)
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes)
    const declared = /^\ufeff?<\?xml[^>]{1,40}encoding=["']([^"']{1,20})["']/.exec(text.slice(0, 100))?.[1]
    return isUnicode.test(declared ?? 'utf-8') ? { text, encoding } : null
  } catch {
    return null
  }
}

function encodingOf([first, second]: Uint8Array): XmpEncoding {
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le'
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return 'utf-16be'
  return 'utf-8'
}

/** Removes the zeros that some programs write after a packet. */
function withoutZeros(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--
  return text.slice(0, end)
}

/** One value of a property, with the place of its raw text if the text is all of it. */
export interface XmpValue {
  text: string
  /** Language of an alternative, in lower case; '' without a language. */
  language: string
  /** Position of the raw text; `null` if elements lie inside. */
  span: Span | null
  isAttribute: boolean
}

/** Returns the values of a property: the items of its list, or the one text. */
export function valuesOf({ properties }: XmpDocument, name: string): XmpValue[] {
  const property = properties.get(name)
  if (!property) return []
  if ('attribute' in property) {
    const { value, span } = property.attribute
    return [{ text: value, language: '', span, isAttribute: true }]
  }
  const { element } = property
  const container = element.children.find((child) => rdf.containers.includes(child.name))
  return container
    ? container.children.filter((child) => child.name === rdf.item).map(readValue)
    : [readValue(element)]
}

/** Reads a text, or the `rdf:value` of a text with qualifiers. */
function readValue(element: XmlElement): XmpValue {
  const { attributes, children, content } = element
  const inner = children.find(({ name }) => name === rdf.description) ?? element
  const qualified =
    inner.children.find(({ name }) => name === rdf.value)?.text ?? inner.attributes.get(rdf.value)?.value
  return {
    text: qualified ?? element.text,
    language: attributes.get(language)?.value.toLowerCase() ?? '',
    span: children.length === 0 && qualified === undefined ? content : null,
    isAttribute: false,
  }
}
