/** Results as Markdown tables, for the terminal and for docs/performance.md. */

export interface Table {
  title: string
  columns: readonly string[]
  rows: readonly (readonly string[])[]
  note?: string
}

export function renderTable({ title, columns, rows, note }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const ruler = columns.map((_, index) => (index === 0 ? '---' : '---:'))
  return [
    `### ${title}`,
    '',
    line(columns),
    line(ruler),
    ...rows.map(line),
    ...(note ? ['', note] : []),
    '',
  ].join('\n')
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en')
}
