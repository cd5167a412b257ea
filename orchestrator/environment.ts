/** Environment variables of `npm run orchestrator`. */
import { z } from 'zod'

const text = z.string({ error: 'is required' })
const count = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error })
}

/** Token that fits into a header and is hard to guess. */
const token = /^[\x21-\x7e]{16,}$/

const environmentSchema = z.object({
  ORCHESTRATOR_PORT: count(0, 65_535).default(8090),
  ORCHESTRATOR_HOST: z.string().default('127.0.0.1'),
  ORCHESTRATOR_FILE: text,
  ORCHESTRATOR_SECRETS_FILE: z.string().optional(),
  ORCHESTRATOR_AUDIT_FILE: z.string().optional(),
  ORCHESTRATOR_CLAIMS_DIR: z.string().optional(),
  ORCHESTRATOR_SERVICE_TOKEN: text
    .transform((tokens) => tokens.split(',').map((part) => part.trim()))
    .refine((tokens) => tokens.every((part) => token.test(part)), {
      error: 'must hold tokens of at least 16 visible ASCII characters, separated by commas',
    }),
  ORCHESTRATOR_CALLS_PER_MINUTE: count(1, 60_000).default(6000),
  ORCHESTRATOR_OTHER_APP_STATUS: z
    .enum(['404', '409'], { error: 'must be 404 or 409' })
    .default('404')
    .transform((status) => (status === '409' ? 409 : 404)),
})

export type OrchestratorEnvironment = z.output<typeof environmentSchema>

/** Parses the environment. An empty variable counts as absent. Throws an `Error` that names every fault, but no value. */
export function parseEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): OrchestratorEnvironment {
  const present = Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim()))
  const parsed = environmentSchema.safeParse(present)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
  throw new Error(`The environment is incomplete or malformed: ${problems.join('; ')}`)
}
