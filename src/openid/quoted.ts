/** Quotes values of a provider or a browser in a line for the operator. */

const maxLength = 120

/** Returns the value on one line, in quotation marks: printable ASCII only, cut after 120 characters. Names an object by its kind. */
export function quoted(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[${value.slice(0, 5).map(quoted).join(', ')}]`
  if (typeof value !== 'string') return value === null ? 'null' : 'an object'
  const cut = value.slice(0, maxLength).replace(/[^\x20-\x7e]/g, '?')
  return `"${cut}"${value.length > maxLength ? '...' : ''}`
}
