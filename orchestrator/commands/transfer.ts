/** `export` and `import` of single tenants, and `export --yaml`. */
import { readFile, stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { exportFiles } from '../backup/export-files.ts'
import { exportTenant, exportTenantWithSecrets, noteExport } from '../backup/export-tenant.ts'
import { parseGuardedJson } from '../backup/guarded-json.ts'
import { importTenant } from '../backup/import-tenant.ts'
import { codeOf, createFile } from '../backup/new-file.ts'
import { parseRecipient, parseRecipientKey } from '../backup/recipient.ts'
import { checkDocument } from '../backup/tenant-document.ts'
import { Refused } from '../registry/sql/refusals.ts'
import { type CommandContext, operator, printJson, UsageError, withStore } from './context.ts'

/** Upper bound on an export that is imported. */
const maxFileBytes = 256 * 1024 * 1024
/** Upper bound on a key file. */
const maxKeyBytes = 64 * 1024

const exportHelp = `
Prints the tenant with its history, references, claims, usage, events and audit lines as JSON.
No value of credentials is printed in clear text. With --with-secrets, each is encrypted for the recipient (JWE).
The signing secrets of webhooks are never exported.

With --yaml: writes the files of file mode, for one tenant or for all. --secrets writes CLEAR TEXT.

Examples:
  npm run --silent orchestrator -- export alice > alice.json
  npm run --silent orchestrator -- export alice --with-secrets --recipient public.jwk > alice.json
  npm run orchestrator -- export --yaml --tenants tenants.yaml --secrets secrets.yaml`

const importHelp = `
Imports a tenant that 'export' printed, all or nothing. A tenant of this name must not exist.
Versions of the configuration keep their digest, author and time.
The old audit lines stay in the file only: their hashes belong to the chain of the first database.

Examples:
  npm run orchestrator -- import alice.json
  npm run orchestrator -- import alice.json --key private.jwk`

interface ExportArguments {
  withSecrets?: boolean
  recipient?: string
  yaml?: boolean
  tenants?: string
  secrets?: string
  force?: boolean
}

/** Registers the commands. */
export function addTransfers(program: Command, context: CommandContext): void {
  program
    .command('export')
    .description('prints the whole state of a tenant, or writes the files of file mode')
    .argument('[tenant]')
    .option('--with-secrets', 'add the values of credentials, encrypted for the recipient')
    .option('--recipient <file>', 'public key as JWK: EC, X25519 or RSA')
    .option('--yaml', 'write the files of file mode')
    .option('--tenants <file>', 'with --yaml: file of tenants; default: standard output')
    .option('--secrets <file>', 'with --yaml: file of credentials in clear text')
    .option('--force', 'replace existing files')
    .addHelpText('after', exportHelp)
    .action((tenant: string | undefined, options: ExportArguments) =>
      options.yaml ? exportYaml(context, tenant, options) : exportJson(context, tenant, options),
    )
  program
    .command('import')
    .description('imports a tenant that export printed')
    .argument('<file>')
    .option('--key <file>', 'private key of the recipient as JWK, to import credentials too')
    .addHelpText('after', importHelp)
    .action((file: string, { key }: { key?: string }) => importCommand(context, file, key))
}

async function exportJson(
  context: CommandContext,
  tenant: string | undefined,
  options: ExportArguments,
): Promise<void> {
  if (tenant === undefined) throw new UsageError('Name a tenant, or use --yaml for all tenants.')
  if (options.tenants !== undefined || options.secrets !== undefined)
    throw new UsageError('--tenants and --secrets need --yaml.')
  if ((options.withSecrets === true) !== (options.recipient !== undefined))
    throw new UsageError('--with-secrets needs --recipient with the public key, and the other way round.')
  const recipient =
    options.recipient === undefined
      ? undefined
      : await parseRecipient(await readText(options.recipient, maxKeyBytes))
  const document = await withStore(context, ({ database, envelope }) =>
    recipient
      ? exportTenantWithSecrets(database, tenant, { envelope, recipient, actor: operator(context) })
      : exportTenant(database, tenant),
  )
  printJson(context, document)
}

async function exportYaml(
  context: CommandContext,
  tenant: string | undefined,
  { tenants: tenantsFile, secrets: secretsFile, force, withSecrets, recipient }: ExportArguments,
): Promise<void> {
  if (withSecrets || recipient !== undefined)
    throw new UsageError('--yaml has no recipient. --secrets writes credentials in clear text.')
  await withStore(context, async ({ database, envelope }) => {
    const wanted = { tenant, envelope: secretsFile === undefined ? undefined : envelope }
    const { tenants, secrets, values, warnings } = await exportFiles(database, wanted)
    const writeTenants = async () => {
      if (tenantsFile === undefined) context.print(tenants.trimEnd())
      else await createFile({ path: tenantsFile, force }, (file) => file.writeFile(tenants))
    }
    if (secretsFile === undefined) await writeTenants()
    else {
      await noteExport(database, values, operator(context), 'clear text')
      // The tenants are written first, so that no secrets remain if they cannot be written.
      await createFile({ path: secretsFile, force }, async (file) => {
        await file.writeFile(secrets)
        await writeTenants()
      })
      context.say(
        `${secretsFile} holds ${values.length} credentials in CLEAR TEXT. Delete it when it is not needed.`,
      )
    }
    for (const warning of warnings) context.say(warning)
  })
}

async function importCommand(
  context: CommandContext,
  file: string,
  keyFile: string | undefined,
): Promise<void> {
  const key =
    keyFile === undefined ? undefined : await parseRecipientKey(await readText(keyFile, maxKeyBytes))
  const document = await checkDocument(parseGuardedJson(await readText(file, maxFileBytes)))
  const report = await withStore(context, ({ database, envelope }) =>
    importTenant(database, { document, envelope, key, actor: operator(context) }),
  )
  if (report.credentials_left_out.length > 0)
    context.say(
      `${report.credentials_left_out.length} credentials were left out: export with --with-secrets, and import with --key.`,
    )
  if (report.webhooks_left_out.length > 0)
    context.say(
      `${report.webhooks_left_out.length} webhooks were left out, because their secrets are never exported.`,
    )
  printJson(context, report)
}

async function readText(path: string, maxBytes: number): Promise<string> {
  const size = await stat(path).catch((error: unknown) => {
    throw new UsageError(`${path} cannot be read${codeOf(error)}`)
  })
  if (size.size > maxBytes) throw new Refused(`${path} is larger than ${maxBytes} bytes.`)
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${path} cannot be read${codeOf(error)}`)
  })
}
