/** The commands of `npm run orchestrator`, with their help and exit codes. */
import { Command, CommanderError } from 'commander'
import { addAudit } from './audit.ts'
import { addBackups } from './backup.ts'
import { addConfigs } from './config.ts'
import type { CommandContext } from './context.ts'
import { addCredentials } from './credentials.ts'
import { failureCode } from './failures.ts'
import { historyCommand, rollbackCommand } from './history.ts'
import { importYaml } from './import-yaml.ts'
import { addKeys } from './keys.ts'
import { migrateCommand } from './migrate.ts'
import { serve } from './serve.ts'
import { addTenants } from './tenant.ts'
import { createTokenCommand, listTokensCommand, type NewTokenArguments, revokeTokenCommand } from './token.ts'
import { addTransfers } from './transfer.ts'
import { addUsage } from './usage.ts'
import { addWebhooks } from './webhook.ts'

const exitCodes = `
Exit codes: 0 done, 1 failed or refused and nothing changed, 2 wrong use, 3 another change came first.
docs/orchestrator.md describes the environment variables.`

/** Runs the command that the arguments name, and returns its exit code. */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<number> {
  let code = 0
  const program = new Command('npm run orchestrator --')
    .description('Runs and operates the orchestrator. Without a command: serve.')
    .addHelpText('after', exitCodes)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.print(text.trimEnd()),
      writeErr: (text) => context.say(text.trimEnd()),
    })

  program
    .command('serve', { isDefault: true })
    .description('serves the contract on ORCHESTRATOR_PORT')
    .action(() => serve(context))
  program
    .command('migrate')
    .description('brings the database to the schema of this program')
    .action(() => migrateCommand(context))
  program
    .command('import-yaml')
    .description('moves the two files of file mode into the database, all or nothing')
    .argument('<tenants.yaml>')
    .argument('[secrets.yaml]')
    .action((tenants: string, secrets?: string) => importYaml(context, tenants, secrets))
  program
    .command('history')
    .description("prints the versions of a tenant's configuration, newest first")
    .argument('<tenant>')
    .action((tenant: string) => historyCommand(context, tenant))
  program
    .command('rollback')
    .description('publishes an earlier version of the configuration anew')
    .argument('<tenant>')
    .argument('<config-version>')
    .option('--expect <config-version>', 'change nothing unless this version is current')
    .option('--note <text>', 'reason, shown by history')
    .action((tenant: string, version: string, options: { expect?: string; note?: string }) =>
      rollbackCommand(context, tenant, version, options),
    )
  addTenants(program, context)
  addConfigs(program, context, () => {
    code = 1
  })
  addCredentials(program, context)
  addUsage(program, context)
  addTokens(program, context)
  addKeys(program, context, () => {
    code = 1
  })
  addWebhooks(program, context)
  addBackups(program, context)
  addTransfers(program, context)
  addAudit(program, context, () => {
    code = 1
  })

  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    return codeOf(error, context)
  }
}

function addTokens(program: Command, context: CommandContext): void {
  const token = program.command('token').description('service tokens of the callers')
  token
    .command('create')
    .description('creates a token and prints it alone on the last line')
    .requiredOption('--name <name>', 'name for the audit log')
    .requiredOption('--scopes <scopes>', 'runtime, credentials, usage, studio, schedule; separated by commas')
    .option('--expires <time>', 'ISO 8601; default: never')
    .action((options: NewTokenArguments) => createTokenCommand(context, options))
  token
    .command('revoke')
    .description('revokes a token within a second')
    .argument('<name>')
    .action((name: string) => revokeTokenCommand(context, name))
  token
    .command('list')
    .description('lists the tokens without their texts')
    .action(() => listTokensCommand(context))
}

/** Returns the exit code of an error, and tells the person what went wrong. */
function codeOf(error: unknown, context: CommandContext): number {
  // Commander has printed its own messages already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  return failureCode(error, context)
}
