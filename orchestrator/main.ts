/** `npm run orchestrator`: the reference orchestrator alone, from the environment. */
import { appendFileSync } from 'node:fs'
import { z } from 'zod'
import { startOrchestrator } from './server.ts'

const environmentSchema = z.object({
  ORCHESTRATOR_PORT: z.coerce.number().int().min(0).max(65_535).default(8090),
  ORCHESTRATOR_HOST: z.string().default('127.0.0.1'),
  ORCHESTRATOR_FILE: z.string({ error: 'is required: the file of tenants' }),
  ORCHESTRATOR_SECRETS_FILE: z.string().optional(),
  ORCHESTRATOR_AUDIT_FILE: z.string().optional(),
  ORCHESTRATOR_SERVICE_TOKEN: z
    .string({ error: 'is required' })
    .transform((tokens) => tokens.split(',').map((token) => token.trim()))
    .refine((tokens) => tokens.every((token) => token.length >= 16), {
      error: 'must hold at least 16 characters each',
    }),
  ORCHESTRATOR_CALLS_PER_MINUTE: z.coerce.number().int().min(1).default(6000),
})

async function main(): Promise<void> {
  const parsed = environmentSchema.safeParse(process.env)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
    throw new Error(`The environment is incomplete or malformed: ${problems.join('; ')}`)
  }
  const env = parsed.data
  const running = await startOrchestrator({
    port: env.ORCHESTRATOR_PORT,
    hostname: env.ORCHESTRATOR_HOST,
    tenantsFile: env.ORCHESTRATOR_FILE,
    secretsFile: env.ORCHESTRATOR_SECRETS_FILE,
    tokens: env.ORCHESTRATOR_SERVICE_TOKEN,
    callsPerMinute: env.ORCHESTRATOR_CALLS_PER_MINUTE,
    variables: process.env,
    audit: (line) => {
      const text = `${JSON.stringify(line)}\n`
      if (env.ORCHESTRATOR_AUDIT_FILE) appendFileSync(env.ORCHESTRATOR_AUDIT_FILE, text)
      else process.stdout.write(text)
    },
    onBadEdit: (reason) => process.stderr.write(`A bad edit was not taken over: ${reason}\n`),
  })
  process.stderr.write(`The orchestrator listens on ${running.url}\n`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void running.close().then(() => process.exit(0)))
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
