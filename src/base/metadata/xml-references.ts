/** Reads and writes the references in XML texts and attribute values (XML 1.0, chapter 4). */

const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])
/** Longest name of a reference: `#x10FFFF` with a few zeros before it. */
const maxReferenceLength = 12

/** Replaces entities and character references. Returns `null` if a reference is unknown or malformed. */
export function withoutReferences(text: string): string | null {
  let ampersand = text.indexOf('&')
  if (ampersand < 0) return text
  let result = ''
  let at = 0
  while (ampersand >= 0) {
    const name = /^[^;]{1,12};/.exec(text.slice(ampersand + 1, ampersand + 2 + maxReferenceLength))?.[0]
    const value = name && characterOf(name.slice(0, -1))
    if (!name || value === null || value === undefined) return null
    result += text.slice(at, ampersand) + value
    at = ampersand + 1 + name.length
    ampersand = text.indexOf('&', at)
  }
  return result + text.slice(at)
}

function characterOf(reference: string): string | null {
  const number = /^#(?:x([\da-f]{1,10})|(\d{1,10}))$/i.exec(reference)
  if (!number) return entities.get(reference) ?? null
  const point = number[1] ? Number.parseInt(number[1], 16) : Number(number[2])
  const isSurrogate = point >= 0xd800 && point <= 0xdfff
  return point === 0 || point > 0x10_ffff || isSurrogate ? null : String.fromCodePoint(point)
}

/** Writes references for the characters with a meaning of their own between tags. */
export function escapedText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
