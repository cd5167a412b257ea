/** File mode of `serve`: the plane over the two files. Loaded in file mode only. */
import { openAuditFile } from '../audit/file.ts'
import { createMemoryClaims } from '../claims/memory-claims.ts'
import { openSqliteClaims } from '../claims/sqlite-claims.ts'
import { fixedTokens } from '../contract/fixed-tokens.ts'
import type { ControlPlane } from '../contract/ports.ts'
import type { OrchestratorEnvironment } from '../environment.ts'
import type { People } from '../people.ts'
import { watchFiles } from '../registry/file/watched.ts'
import { createFilePlane } from '../registry/file-plane.ts'
import type { CommandContext } from './context.ts'

export interface OpenPlane {
  plane: ControlPlane
  /** `null` in file mode, which is read only. */
  people: People | null
  close(): Promise<void>
}

/** Opens the plane over the two files. */
export async function filePlane(
  env: OrchestratorEnvironment,
  tenantsFile: string,
  { say, variables }: CommandContext,
): Promise<OpenPlane> {
  const audit = openAuditFile(env.ORCHESTRATOR_AUDIT_FILE, (reason) =>
    say(`The audit log cannot be written: ${reason}`),
  )
  const registry = await watchFiles({
    tenantsFile,
    secretsFile: env.ORCHESTRATOR_SECRETS_FILE,
    variables,
    onBadEdit: (reason) => say(`Edit rejected, the last good version stays in use: ${reason}`),
    onWarning: (warning) => say(`The publisher ignores a key: ${warning}`),
  })
  const kept = env.ORCHESTRATOR_CLAIMS_DIR ? openSqliteClaims(env.ORCHESTRATOR_CLAIMS_DIR) : undefined
  const plane = createFilePlane({
    registry,
    tokens: fixedTokens(env.ORCHESTRATOR_SERVICE_TOKEN),
    claims: kept ?? createMemoryClaims(),
    audit: audit.write,
  })
  const close = async () => {
    kept?.close()
    await audit.close()
  }
  return { plane, people: null, close }
}
