/** Validates documents. Errors name the place, never the value. */
import type { z } from 'zod'

/** Error that names the file and the invalid field, but no value and no credentials reference. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
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
