/** Tables and generated sections of Markdown pages. */

/** Returns a table. Empty cells stay empty; a pipe in a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map(escaped))]
  return lines.map((cells) => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |')).join('\n')
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|')
}

/** Returns a value as code: text as it is, anything else as JSON. */
export function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

/** Joins words as a sentence does: 'a, b or c'. */
export function listed(words: readonly string[], conjunction: 'and' | 'or'): string {
  return words.join(', ').replace(/, ([^,]*)$/, ` ${conjunction} $1`)
}

const sectionEnd = '<!-- end -->'

/**
 * Replaces the text between `<!-- generated: NAME -->` and `<!-- end -->` by the section of that name and keeps everything else. Throws a
 * `RangeError` when the page lacks a section, repeats one or names an unknown section.
 */
export function fill(page: string, sections: Readonly<Record<string, string>>): string {
  const left = new Map(Object.entries(sections))
  const [start = '', ...marked] = page.split('<!-- generated: ')
  const filled = marked.map((part) => {
    const [name = ''] = part.split(' -->', 1)
    const section = left.get(name)
    const end = part.indexOf(sectionEnd)
    if (section === undefined) throw new RangeError(`Section "${name}" is unknown or appears twice.`)
    if (end < 0) throw new RangeError(`Section "${name}" has no end.`)
    left.delete(name)
    return `<!-- generated: ${name} -->\n\n${section}\n\n${part.slice(end)}`
  })
  if (left.size > 0) throw new RangeError(`The page lacks ${[...left.keys()].join(', ')}.`)
  return [start, ...filled].join('')
}
