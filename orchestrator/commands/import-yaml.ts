/** `import-yaml`: moves the two files of file mode into the database. */
import { readFile } from 'node:fs/promises'
import { parseRegistry } from '../registry/file.ts'
import { importFiles } from '../registry/sql/import-files.ts'
import { type CommandContext, operator, printJson, UsageError, withStore } from './context.ts'

/** Imports both files, or changes nothing, and prints a report. */
export async function importYaml(
  context: CommandContext,
  tenantsFile: string,
  secretsFile: string | undefined,
): Promise<void> {
  const [tenants, secrets] = await Promise.all([
    readText(tenantsFile),
    secretsFile === undefined ? '' : readText(secretsFile),
  ])
  // The versions of the files are not kept, so the key of their digests does not matter.
  const { variables } = context
  const files = await parseRegistry({ tenants, secrets, variables, versionKey: crypto.randomUUID() })
  const report = await withStore(context, ({ database, envelope }) =>
    importFiles(database, envelope, files, operator(context)),
  )
  for (const warning of report.warnings) context.say(`The publisher ignores a key: ${warning}`)
  printJson(context, report)
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new UsageError(`${file} cannot be read${code}`)
  })
}
