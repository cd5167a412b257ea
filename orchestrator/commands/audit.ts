/** `audit verify` and `audit list`. */
import { type Command, InvalidArgumentError } from 'commander'
import { verifyAudit } from '../audit/chain.ts'
import { listAudit, maxAuditPage } from '../audit/list.ts'
import { type CommandContext, printJson, withStore } from './context.ts'

interface ListArguments {
  tenant?: string
  limit: number
  before?: number
}

/** Adds the commands. `onBroken` is called if the chain is broken. */
export function addAudit(program: Command, context: CommandContext, onBroken: () => void): void {
  const audit = program.command('audit').description('reads and checks the audit log')
  audit
    .command('verify')
    .description('proves that no line is missing or changed; exits with 1 otherwise')
    .action(async () => {
      if (!(await verifyAuditCommand(context))) onBroken()
    })
  audit
    .command('list')
    .description('prints lines as JSON, newest first')
    .option('--tenant <tenant>', 'only lines about this tenant')
    .option('--limit <count>', `largest number of lines, up to ${maxAuditPage}`, wholeNumber, 100)
    .option('--before <seq>', 'only lines before this number, for the next page', wholeNumber)
    .action((given: ListArguments) => listAuditCommand(context, given))
}

/** Prints the findings. Returns false if the chain is broken. */
async function verifyAuditCommand(context: CommandContext): Promise<boolean> {
  const findings = await withStore(context, ({ database }) => verifyAudit(database))
  printJson(context, findings)
  return findings.brokenAt === null
}

async function listAuditCommand(context: CommandContext, given: ListArguments): Promise<void> {
  const lines = await withStore(context, ({ database }) => listAudit(database, given))
  for (const line of lines) context.print(JSON.stringify(line))
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.')
  return Number(text)
}
