/** From the text of a file to checked data. What is wrong is said by place, never by value. */
import { parse, YAMLParseError } from 'yaml'
import type { z } from 'zod'

/** Says which field of which file is wrong; never a value, nor a credentials reference. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
}

/** Parses YAML, of which JSON is a part. Throws {@link RegistryError}. `file` names it in the message. */
export function parseDocument(text: string, file: string): unknown {
  try {
    // The parser's warnings and messages quote the file, and it prints warnings by itself.
    return parse(text, { logLevel: 'error' })
  } catch (error) {
    const at = error instanceof YAMLParseError ? error.linePos?.[0] : undefined
    const place = at ? ` at line ${at.line}, column ${at.col}` : ''
    const reason = error instanceof YAMLParseError ? ` (${error.code})` : ''
    throw new RegistryError(`${file}: this is neither YAML nor JSON${place}${reason}`)
  }
}

/** Checks a value. Throws {@link RegistryError} with all wrong fields below `where`. */
export function checked<S extends z.ZodType>(schema: S, value: unknown, where: string): z.output<S> {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new RegistryError(describeIssues(parsed.error.issues, where))
  return parsed.data
}

/** All wrong fields, as `tenants.alice.config.storage: what is wrong; ...`. */
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

/** Of a key, what is wrong with it; of a union, the issues of the member that the value comes closest to: the one that fails furthest inside. */
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
