/** What an AI says is text from outside: bounded, on one line, without control characters. */

const maxText = 2000
const maxItems = 50

/** One line. */
export function clean(text: string): string {
  return text
    .slice(0, maxText)
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
}

/** Lines without what is empty, and each but once. */
export function cleanList(items: readonly string[]): string[] {
  return [...new Set(items.slice(0, maxItems).map(clean))].filter((item) => item !== '')
}
