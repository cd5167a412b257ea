/** Parses documents that a person hands in, within bounds on time, depth and size. */
import { isScalar, Lexer, type Pair, parseDocument, visit } from 'yaml'
import { RegistryError } from './document.ts'
import { syntaxError } from './parse-document.ts'

/** Upper bounds on a document that a person hands in. */
const maxDepth = 32
const maxJsonLength = 1_000_000
const tooDeep = `the document is nested deeper than ${maxDepth} levels`

/**
 * Parses YAML or JSON for storage. Throws {@link RegistryError} for documents deeper than 32 levels, or larger than 1 MB with all aliases
 * written out. Also refuses the key `__proto__`, and numbers that JSON cannot hold.
 */
export function parseBounded(text: string, file: string): unknown {
  checkFlowDepth(text, file)
  const document = parsed(text, file)
  checkStorable(document, file)
  return document
}

/** Refuses nested brackets before they are parsed, because the parser takes quadratic time for them. */
function checkFlowDepth(text: string, file: string): void {
  let depth = 0
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth++
    else if (token === ']' || token === '}') depth--
    if (depth > maxDepth) throw new RegistryError(`${file}: ${tooDeep}`)
  }
}

/** Parses like `parseDocument`, but finds duplicate keys in linear time. */
function parsed(text: string, file: string): unknown {
  try {
    const document = parseDocument(text, { logLevel: 'error', uniqueKeys: false })
    const [error] = document.errors
    if (error) throw error
    visit(document, { Map: (_key, { items }) => checkKeys(items, file) })
    return document.toJS()
  } catch (error) {
    throw error instanceof RegistryError ? error : syntaxError(error, file)
  }
}

function checkKeys(items: readonly Pair[], file: string): void {
  const keys = items.map(({ key }) => (isScalar(key) ? String(key.value) : key))
  if (new Set(keys).size < keys.length) throw new RegistryError(`${file}: a key stands twice in a block`)
}

/** Checks that a value survives storage as JSON. Throws {@link RegistryError}, as {@link parseBounded} does. */
export function checkStorable(value: unknown, where: string): void {
  const reason = unstorable(value, { left: maxJsonLength }, 0)
  if (reason !== null) throw new RegistryError(`${where}: ${reason}`)
}

/** Returns the reason why a value cannot be stored, or `null`. Stops as soon as `length` is used up, so that aliases cannot fill memory. */
function unstorable(value: unknown, length: { left: number }, depth: number): string | null {
  length.left -= typeof value === 'string' ? value.length + 3 : 3
  if (length.left < 0) return 'the document is larger than 1 MB'
  if (typeof value === 'number' && !Number.isFinite(value)) return 'JSON cannot hold one of the numbers'
  if (typeof value !== 'object' || value === null) return null
  if (depth >= maxDepth) return tooDeep
  if (Array.isArray(value)) return firstReason(value, (entry) => unstorable(entry, length, depth + 1))
  return firstReason(Object.entries(value), ([key, member]) => {
    if (key === '__proto__') return 'the key __proto__ is not allowed'
    length.left -= key.length + 3
    return unstorable(member, length, depth + 1)
  })
}

function firstReason<T>(values: readonly T[], reasonOf: (value: T) => string | null): string | null {
  for (const value of values) {
    const reason = reasonOf(value)
    if (reason !== null) return reason
  }
  return null
}
