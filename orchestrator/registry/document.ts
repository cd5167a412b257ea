/** Parses and validates the files. Errors name the place, never the value. */
import { parse, YAMLParseError } from 'yaml'
import type { z } from 'zod'

/** Error that names the file and the invalid field, but no value and no credentials reference. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
}

/** Parses YAML, which includes JSON. Throws {@link RegistryError}; `file` names the file in the message. */
export function parseDocument(text: string, file: string): unknown {
  try {
    // The parser prints warnings that quote the file, which may hold secrets.
    return parse(text, { logLevel: 'error' })
  } catch (error) {
    const at = error instanceof YAMLParseError ? error.linePos?.[0] : undefined
    const place = at ? ` at line ${at.line}, column ${at.col}` : ''
    const reason = error instanceof YAMLParseError ? ` (${error.code})` : ''
    throw new RegistryError(`${file}: this is neither YAML nor JSON${place}${reason}`)
  }
}

/** Upper bounds on a document that a person hands in. */
const maxDepth = 32
const maxJsonLength = 1_000_000

/**
 * Parses YAML or JSON for storage. Throws {@link RegistryError} for documents deeper than 32 levels, or larger than 1 MB with all aliases
 * written out. Also refuses the key `__proto__`, and numbers that JSON cannot hold.
 */
export function parseBounded(text: string, file: string): unknown {
  const document = parseDocument(text, file)
  checkStorable(document, file)
  return document
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
  if (depth >= maxDepth) return `the document is nested deeper than ${maxDepth} levels`
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

/** Validates a value. Throws {@link RegistryError} with all invalid fields below `where`. */
export function checked<S extends z.ZodType>(schema: S, value: unknown, where: string): z.output<S> {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new RegistryError(describeIssues(parsed.error.issues, where))
  return parsed.data
}

/** Names all invalid fields, as `tenants.alice.config.storage: reason; ...`. */
export function describeIssues(issues: readonly z.core.$ZodIssue[], where: string): string {
  return issues
    .flatMap(innermost)
    .map(({ path, message }) => `${[where, ...path].join('.')}: ${message}`)
    .join('; ')
}

interface Finding {
  path: PropertyKey[]
  message: string
}

/** Returns the most specific issues. For a union, these are the issues of the member that fails at the deepest path. */
function innermost(issue: z.core.$ZodIssue): Finding[] {
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path: issue.path, message }))
  }
  if (issue.code !== 'invalid_union') return [issue]
  const members = issue.errors.map((errors) => errors.flatMap(innermost))
  const depth = (findings: Finding[]) => Math.max(...findings.map(({ path }) => path.length))
  const [closest = []] = members
    .filter((findings) => findings.length > 0)
    .toSorted((a, b) => depth(b) - depth(a))
  if (closest.length === 0 || depth(closest) === 0) return [issue]
  return closest.map(({ path, message }) => ({ path: [...issue.path, ...path], message }))
}
