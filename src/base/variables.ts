/** Schemas of environment variables, for processes and providers. */
import { z } from 'zod'
import { Secret } from './secret.ts'
import { withoutSlashAtEnd } from './text-edges.ts'

/** An http or https URL. Removes trailing slashes. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .transform((value) => withoutSlashAtEnd(value))

/** A text that must not be logged. */
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

/** An integer from `least` to `most`, inclusive. `unit` names the number in messages. */
export const whole = (unit: string, least: number, most: number) =>
  z.coerce
    .number({ error: `must be ${unit}` })
    .int({ error: `must be ${unit}` })
    .min(least, { error: `must be at least ${least}` })
    .max(most, { error: `must be at most ${most}` })

/** Raw variables of a process: texts, and bindings of a Worker. */
export type Variables = Readonly<Record<string, unknown>>

/** Thrown when settings prevent the start of a process. The message names variables, never their values. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** Parses the variables that a schema names. `problems` has a sentence for each malformed variable. */
export function parseVariables<S extends z.ZodObject>(schema: S, variables: Variables) {
  const given = setVariables(Object.keys(schema.shape), variables)
  const { data, error } = schema.safeParse(given)
  const problems = error?.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`) ?? []
  return { given, data, problems }
}

/** Returns the named variables that are set, trimmed. Treats blank variables as absent. */
export function setVariables(names: readonly string[], variables: Variables): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = variables[name]
      return typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()] as const] : []
    }),
  )
}
