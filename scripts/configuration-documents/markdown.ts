/** Tables and generated sections of Markdown pages. */

/** Gives a table. Empty cells stay empty; a pipe in a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map(escaped))]
  return lines.map((cells) => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |')).join('\n')
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|')
}

/** Gives a value as code: text as it is, anything else as JSON. */
export function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

/** Joins words as a sentence does: 'a, b or c'. */
export function alternatives(words: readonly string[]): string {
  return words.join(', ').replace(/, ([^,]*)$/, ' or $1')
}

/**
 * Replaces the text between `<!-- generated: NAME -->` and `<!-- end -->` by the section of that name and keeps everything else. Throws a
 * `RangeError` when the page lacks a section or names an unknown one.
 */
export function fill(page: string, sections: Readonly<Record<string, string>>): string {
  const left = new Map(Object.entries(sections))
  const filled = page.replace(
    /(<!-- generated: ([a-z -]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_whole, start: string, name: string, end: string) => {
      const section = left.get(name)
      if (section === undefined) throw new RangeError(`Section "${name}" is unknown or appears twice.`)
      left.delete(name)
      return `${start}\n${section}\n\n${end}`
    },
  )
  if (left.size > 0) throw new RangeError(`The page lacks ${[...left.keys()].join(', ')}.`)
  return filled
}
