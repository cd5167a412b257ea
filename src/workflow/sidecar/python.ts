/** Python dictionaries of texts, which V2 once wrote into sidecars instead of JSON. */

/** Limit in characters, equal to the size limit of a sidecar in bytes. */
const maxLength = 64 * 1024
/** Sticky: tries each part at one position only, which keeps the work linear. */
const part = /'([^'\\]*(?:\\.[^'\\]*)*)'|"([^"\\]*(?:\\.[^"\\]*)*)"|[:, ]+/y
const escaped = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U(00(?:0[0-9a-f]|10)[0-9a-f]{4})|(.))/g
const named: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

/**
 * Converts the dictionary's literals to JSON. Any text that is not a dictionary of texts becomes the empty text, which is not
 * valid JSON.
 */
export function pythonToJson(written: string): string {
  if (written.length > maxLength || !written.startsWith('{') || !written.endsWith('}')) return ''
  const parts: string[] = []
  const end = written.length - 1
  for (let position = 1; position < end; position = part.lastIndex) {
    part.lastIndex = position
    const found = part.exec(written)
    if (!found) return ''
    const literal = found[1] ?? found[2]
    parts.push(literal === undefined ? found[0] : JSON.stringify(unescaped(literal)))
  }
  return `{${parts.join('')}}`
}

function unescaped(text: string): string {
  return text.replace(escaped, (_, two?: string, four?: string, eight?: string, character = '') => {
    const code = two ?? four ?? eight
    return code ? String.fromCodePoint(Number.parseInt(code, 16)) : (named[character] ?? character)
  })
}
