/** Dictionaries of texts as Python prints them: what V2 once left in sidecars in place of JSON. */

/** More than all captions of a photo together have. */
const maxLength = 100_000
const dictionary = /^\{(?:'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"|[:, ])*\}$/
const literal = /'([^'\\]*(?:\\.[^'\\]*)*)'|"([^"\\]*(?:\\.[^"\\]*)*)"/g
const escaped = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U(00(?:0[0-9a-f]|10)[0-9a-f]{4})|(.))/g
const named: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

/** The dictionary's literals as JSON has them. Anything that is no dictionary of texts becomes nothing, which is no JSON. */
export function pythonToJson(written: string): string {
  if (written.length > maxLength || !dictionary.test(written)) return ''
  return written.replace(literal, (_, single?: string, double?: string) =>
    JSON.stringify(unescaped(single ?? double ?? '')),
  )
}

function unescaped(text: string): string {
  return text.replace(escaped, (_, two?: string, four?: string, eight?: string, character = '') => {
    const code = two ?? four ?? eight
    return code ? String.fromCodePoint(Number.parseInt(code, 16)) : (named[character] ?? character)
  })
}
