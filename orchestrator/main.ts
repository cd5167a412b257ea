/** `npm run orchestrator`: runs the reference orchestrator with settings from the environment. */
import { openAuditFile } from './audit/file.ts'
import { openSqliteClaims } from './claims/sqlite-claims.ts'
import { parseEnvironment } from './environment.ts'
import { startOrchestrator } from './server.ts'
import { endWithHelp } from './usage.ts'

async function main(): Promise<void> {
  const env = parseEnvironment(process.env)
  const audit = openAuditFile(env.ORCHESTRATOR_AUDIT_FILE, (reason) =>
    say(`The audit log cannot be written: ${reason}`),
  )
  const claims = env.ORCHESTRATOR_CLAIMS_DIR ? openSqliteClaims(env.ORCHESTRATOR_CLAIMS_DIR) : undefined
  const running = await startOrchestrator({
    port: env.ORCHESTRATOR_PORT,
    hostname: env.ORCHESTRATOR_HOST,
    tenantsFile: env.ORCHESTRATOR_FILE,
    secretsFile: env.ORCHESTRATOR_SECRETS_FILE,
    tokens: env.ORCHESTRATOR_SERVICE_TOKEN,
    callsPerMinute: env.ORCHESTRATOR_CALLS_PER_MINUTE,
    claims,
    variables: process.env,
    audit: audit.write,
    onBadEdit: (reason) => say(`Edit rejected, the last good version stays in use: ${reason}`),
    onWarning: (warning) => say(`The publisher ignores a key: ${warning}`),
    otherAppStatus: env.ORCHESTRATOR_OTHER_APP_STATUS,
    onError: (error) => say(`A call failed: ${error.name}`),
  })
  say(`The orchestrator listens on ${running.url}`)
  const end = async () => {
    await running.close()
    claims?.close()
    await audit.close()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end())
}

/** Standard output may be the audit log, so everything else goes to standard error. */
function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

endWithHelp(
  `npm run orchestrator: the reference orchestrator. docs/orchestrator.md describes its environment variables.`,
)
main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
