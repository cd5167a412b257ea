/** Sanitises AI output, which is untrusted text: limits its length, and removes line breaks and control characters. */

const maxText = 2000
const maxItems = 50
const maxItem = 100

/** Returns the text as one line of at most `maxLength` UTF-16 units. */
export function clean(text: string, maxLength: number = maxText): string {
  return text
    .slice(0, maxLength)
    .replace(/[\ud800-\udbff]$/, '')
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
}

/** Cleans each item, then drops empty items and duplicates. */
export function cleanList(items: readonly string[]): string[] {
  return [...new Set(items.slice(0, maxItems).map((item) => clean(item, maxItem)))].filter(
    (item) => item !== '',
  )
}
