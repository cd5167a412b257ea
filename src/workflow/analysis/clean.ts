/** What an AI says is text from outside: bounded, on one line, without control characters. */

const maxText = 2000
const maxItems = 50
const maxItem = 100

/** One line. */
export function clean(text: string, maxLength: number = maxText): string {
  return text
    .slice(0, maxLength)
    .replace(/[\ud800-\udbff]$/, '')
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
}

/** Lines without what is empty, and each but once. */
export function cleanList(items: readonly string[]): string[] {
  return [...new Set(items.slice(0, maxItems).map((item) => clean(item, maxItem)))].filter(
    (item) => item !== '',
  )
}
