/** Warnings about configurations, on standard error. */
import type { Draft } from '../registry/sql/drafts.ts'
import type { CommandContext } from './context.ts'

/** Tells about unknown keys and violated rules. */
export function warnAbout(
  { say }: CommandContext,
  {
    tenant,
    bound,
    violations,
  }: Pick<Draft, 'tenant' | 'violations'> & { bound: { warnings: readonly string[] } },
): void {
  for (const warning of bound.warnings) say(`The publisher ignores a key: ${warning}`)
  for (const { path, message } of violations) say(`Warning: tenants.${tenant}.config.${path}: ${message}`)
}
