/** `backup` and `restore`. */
import type { Command } from 'commander'
import { checkKeys, missingKeyWords } from '../backup/key-check.ts'
import { restoreBackup } from '../backup/restore-backup.ts'
import { writeBackup } from '../backup/write-backup.ts'
import { existingKeysOf } from '../secrets/keys-of-environment.ts'
import { openFrom } from '../store.ts'
import { type CommandContext, databaseEnvironment, operator, printJson } from './context.ts'

const backupHelp = `
Works while the orchestrator runs, on SQLite and PostgreSQL. The file has one moment of all tables.
Values stay encrypted: keep ORCHESTRATOR_KEYS (or the file key-encryption-key of the data directory)
in another place. Without these keys, the values of a backup cannot be opened.

Example:
  npm run orchestrator -- backup /backups/control-plane-$(date +%F).jsonl.gz`

const restoreHelp = `
Restores into an empty data directory (SQLite) or an empty database (PostgreSQL), all or nothing.
A backup of SQLite can be restored into PostgreSQL, and the other way round.

Examples:
  ORCHESTRATOR_DATA_DIR=/srv/new npm run orchestrator -- restore /backups/control-plane-2026-12-01.jsonl.gz
  DATABASE_URL=postgres://host/empty npm run orchestrator -- restore control-plane.jsonl.gz`

/** Registers the commands. */
export function addBackups(program: Command, context: CommandContext): void {
  program
    .command('backup')
    .description('writes the whole database into a file, while the orchestrator runs')
    .argument('<file>')
    .option('--force', 'replace an existing file')
    .addHelpText('after', backupHelp)
    .action((path: string, { force }: { force?: boolean }) => backupCommand(context, { path, force }))
  program
    .command('restore')
    .description('restores a backup into an empty database')
    .argument('<file>')
    .option('--accept-broken-audit', 'restore a backup whose audit log has missing or changed lines')
    .addHelpText('after', restoreHelp)
    .action((path: string, { acceptBrokenAudit }: { acceptBrokenAudit?: boolean }) =>
      restoreCommand(context, { path, acceptBrokenAudit }),
    )
}

async function backupCommand(
  context: CommandContext,
  file: { path: string; force: boolean | undefined },
): Promise<void> {
  const database = await openFrom(databaseEnvironment(context))
  try {
    const { created_at, key_ids, tables } = await writeBackup(database, file)
    const rows = Object.fromEntries(tables.map((table) => [table.name, table.rows]))
    if (key_ids.length > 0)
      context.say(
        `The values in ${file.path} are encrypted. They open only with the key-encryption keys ${key_ids.join(', ')}: keep those in another place.`,
      )
    printJson(context, { file: file.path, created_at, key_ids, rows })
  } finally {
    await database.close()
  }
}

async function restoreCommand(
  context: CommandContext,
  { path, acceptBrokenAudit }: { path: string; acceptBrokenAudit: boolean | undefined },
): Promise<void> {
  const env = databaseEnvironment(context)
  const database = await openFrom(env)
  try {
    const report = await restoreBackup(database, { path, acceptBrokenAudit, actor: operator(context) })
    const keys = await checkKeys(database, existingKeysOf(env))
    for (const words of missingKeyWords(keys)) context.say(words)
    if (report.audit.brokenAt !== null)
      context.say(`The audit log of the backup is broken at line ${report.audit.brokenAt}.`)
    printJson(context, { ...report, keys })
  } finally {
    await database.close()
  }
}
