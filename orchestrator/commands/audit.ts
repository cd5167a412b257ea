/** `audit verify`: proves that no line of the audit log is missing or changed. */
import { verifyAudit } from '../audit/chain.ts'
import { type CommandContext, printJson, withStore } from './context.ts'

/** Prints the findings. Returns false if the chain is broken. */
export async function verifyAuditCommand(context: CommandContext): Promise<boolean> {
  const findings = await withStore(context, ({ database }) => verifyAudit(database))
  printJson(context, findings)
  return findings.brokenAt === null
}
