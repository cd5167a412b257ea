/** Schemas of environment variables, for a process and its providers alike. */
import { z } from 'zod'
import { Secret } from './secret.ts'
import { withoutSlashAtEnd } from './text-edges.ts'

/** A web address, without a slash at its end. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .transform((value) => withoutSlashAtEnd(value))

/** A text that no log may show. */
export const secretText = z
  .string()
  .min(1)
  .transform((value) => new Secret(value))

/** A switch: `true` or `1`, `false` or `0`. */
export const flag = (whenAbsent: boolean) =>
  z
    .enum(['true', 'false', '1', '0'], { error: 'must be true or false' })
    .transform((value) => value === 'true' || value === '1')
    .default(whenAbsent)

/** A whole number of a unit, bounds included. */
export const whole = (unit: string, least: number, most: number) =>
  z.coerce
    .number({ error: `must be ${unit}` })
    .int({ error: `must be ${unit}` })
    .min(least, { error: `must be at least ${least}` })
    .max(most, { error: `must be at most ${most}` })

/** Variables as a process finds them: texts, and bindings of a Worker. */
export type Variables = Readonly<Record<string, unknown>>

/** Thrown for a start that cannot succeed. The message names variables, never their values. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** Parses the variables that a schema names. Gives one sentence for each that is malformed. */
export function parseVariables<S extends z.ZodObject>(schema: S, variables: Variables) {
  const given = setVariables(Object.keys(schema.shape), variables)
  const { data, error } = schema.safeParse(given)
  const problems = error?.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`) ?? []
  return { given, data, problems }
}

/** The named variables that are set, trimmed. A blank one counts as absent. */
export function setVariables(names: readonly string[], variables: Variables): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = variables[name]
      return typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()] as const] : []
    }),
  )
}
