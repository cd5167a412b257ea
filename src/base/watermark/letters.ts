/** Turns a text into a line of glyphs. Replaces other characters by similar characters, or leaves them out. */
import { type Glyph, glyphs } from './font.ts'

/** Upper bound on the characters of a line. */
export const maxLetters = 80
/** Upper bound on the text that is looked at, in UTF-16 units. */
const maxLength = 2000
const space = 0x20

/** Similar characters that Unicode does not name as such. */
const similar: Readonly<Record<string, string>> = {
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '–',
  '\u2015': '—',
  '\u2212': '-',
  '\u201b': '‘',
  '\u2032': "'",
  '\u2033': '"',
}

/** Returns at most {@link maxLetters} glyphs, without white space at the ends. Empty if the font has none of the characters. */
export function lettersOf(text: string): Glyph[] {
  const line = text.slice(0, maxLength).normalize('NFC').replace(/\s/gu, ' ')
  const codes: number[] = []
  for (const character of line) {
    const found =
      known(character) ?? known(similar[character] ?? '') ?? known(character.normalize('NFKD')) ?? []
    for (const code of found) if (code !== space || (codes.at(-1) ?? space) !== space) codes.push(code)
    if (codes.length >= maxLetters) break
  }
  const cut = codes.slice(0, maxLetters)
  if (cut.at(-1) === space) cut.pop()
  return cut.flatMap((code) => glyphs().get(code) ?? [])
}

/** Returns the code points that the font has; `undefined` if it has none. */
function known(characters: string): number[] | undefined {
  const codes = [...characters].flatMap((character) => {
    const code = character.codePointAt(0) ?? 0
    return glyphs().has(code) ? [code] : []
  })
  return codes.length > 0 ? codes : undefined
}
