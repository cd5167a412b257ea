/**
 * Writes an alt text into an XMP document and touches no other byte: photo programs keep their edits in these files. A document
 * without an alt text gets one description more, which is a pure insertion.
 */
import { joined } from '../picture/input.ts'
import { maxLength, maxXmpBytes } from './limits.ts'
import { severalLines } from './text.ts'
import type { Span } from './xml.ts'
import { escapedText } from './xml-references.ts'
import { iptcCore, property } from './xmp.ts'
import { openXmp, rdf, valuesOf, type XmpDocument, type XmpEncoding } from './xmp-document.ts'

/**
 * Returns the document with this alt text as `Iptc4xmpCore:AltTextAccessibility`, or a new document if `xmp` is `null`. Replaces only a
 * text that equals `previous`, which this program has written. Returns `null` for another alt text in the document, for a document that
 * cannot be edited safely, and for a blank `altText`. Drops the characters that XML forbids.
 */
export function withAltText(
  xmp: Uint8Array | null,
  altText: string,
  previous: string | null = null,
): Uint8Array<ArrayBuffer> | null {
  const text = severalLines(altText.replace(/[\ufffe\uffff]/g, ''), maxLength.altText)
  if (text === null) return null
  if (!xmp) return encode(newDocument(text), 'utf-8')
  const document = openXmp(xmp)
  if (!document) return null
  const edit = document.properties.has(property.altText)
    ? replacement(document, text, previous)
    : insertion(document, text)
  const edited = edit && spliced(xmp, document, edit)
  // Reads the result again, so that no mistake here can damage a file.
  return edited && altTextIn(edited) === text ? edited : null
}

function altTextIn(xmp: Uint8Array): string | null {
  const document = openXmp(xmp)
  const values = document ? valuesOf(document, property.altText) : []
  return severalLines(values[0]?.text, maxLength.altText)
}

interface Edit {
  span: Span
  text: string
}

/** Replaces a blank text or `previous`. Refuses several values, and values with markup inside. */
function replacement(document: XmpDocument, text: string, previous: string | null): Edit | null {
  const [value, ...others] = valuesOf(document, property.altText)
  if (!value?.span || others.length > 0) return null
  const { span, isAttribute } = value
  const current = severalLines(value.text, maxLength.altText)
  if (current === text) return { span: { start: span.end, end: span.end }, text: '' }
  const isOurs = current === null || current === severalLines(previous, maxLength.altText)
  const hasMarkup = document.text.slice(span.start, span.end).includes('<')
  return isOurs && !hasMarkup
    ? { span, text: isAttribute ? escapedAttribute(text) : escapedText(text) }
    : null
}

/** Adds a description before the end of the RDF, with the subject of the first description. */
function insertion({ text, rdf: root, subject }: XmpDocument, altText: string): Edit | null {
  if (!root.content) return null
  const colon = root.tag.indexOf(':')
  const prefix = colon < 0 ? '' : root.tag.slice(0, colon + 1)
  // An attribute needs a prefix, which RDF in the default namespace does not have.
  const about = quoted(subject ? text.slice(subject.span.start, subject.span.end) : '')
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n'
  const element = description({ prefix, subject: prefix && ` ${prefix}about=${about}`, altText, lineBreak })
  const end = root.content.end
  return { span: { start: end, end }, text: element }
}

interface Description {
  /** Prefix of RDF with its colon. */
  prefix: string
  subject: string
  altText: string
  lineBreak: string
}

function description({ prefix, subject, altText, lineBreak }: Description): string {
  const lines = [
    `  <${prefix}Description${subject} xmlns:Iptc4xmpCore="${iptcCore}">`,
    '   <Iptc4xmpCore:AltTextAccessibility>',
    `    <${prefix}Alt>`,
    `     <${prefix}li xml:lang="x-default">${escapedText(altText)}</${prefix}li>`,
    `    </${prefix}Alt>`,
    '   </Iptc4xmpCore:AltTextAccessibility>',
    `  </${prefix}Description>`,
  ]
  return `${lines.join(lineBreak).trimStart()}${lineBreak}`
}

function newDocument(altText: string): string {
  const element = description({ prefix: 'rdf:', subject: ' rdf:about=""', altText, lineBreak: '\n' })
  return [
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
    ` <rdf:RDF xmlns:rdf="${rdf.namespace}">`,
    `  ${element.trimEnd()}`,
    ' </rdf:RDF>',
    '</x:xmpmeta>',
    '<?xpacket end="w"?>',
    '',
  ].join('\n')
}

/** Quotes a raw attribute value, which contains at most one kind of quote. */
function quoted(raw: string): string {
  return raw.includes('"') ? `'${raw}'` : `"${raw}"`
}

/** Escapes line breaks too: parsers read a line break in an attribute as a space. */
function escapedAttribute(text: string): string {
  return escapedText(text).replaceAll('"', '&quot;').replaceAll("'", '&apos;').replaceAll('\n', '&#10;')
}

/** Replaces the part of the bytes that holds the span. Returns `null` for a result over {@link maxXmpBytes}. */
function spliced(
  bytes: Uint8Array,
  { text, encoding }: XmpDocument,
  { span, text: added }: Edit,
): Uint8Array<ArrayBuffer> | null {
  const start = bytesBefore(text, span.start, encoding)
  const end = bytesBefore(text, span.end, encoding)
  const edited = joined([bytes.subarray(0, start), encode(added, encoding), bytes.subarray(end)])
  return edited.length <= maxXmpBytes ? edited : null
}

function bytesBefore(text: string, at: number, encoding: XmpEncoding): number {
  return encoding === 'utf-8' ? new TextEncoder().encode(text.slice(0, at)).length : at * 2
}

function encode(text: string, encoding: XmpEncoding): Uint8Array<ArrayBuffer> {
  if (encoding === 'utf-8') return new Uint8Array(new TextEncoder().encode(text))
  const view = new DataView(new ArrayBuffer(text.length * 2))
  for (let at = 0; at < text.length; at++)
    view.setUint16(at * 2, text.charCodeAt(at), encoding === 'utf-16le')
  return new Uint8Array(view.buffer)
}
