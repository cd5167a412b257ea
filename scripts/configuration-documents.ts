/**
 * Writes the generated sections of docs/configuration.md and docs/tenant-configuration.md, and .env.example, from the schemas. A test fails
 * while one of them is stale.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { endWithHelp } from '../src/node/usage.ts'
import { fill } from './configuration-documents/markdown.ts'
import { tenantSections } from './configuration-documents/tenant.ts'
import { environmentExample, groups, variableTable } from './configuration-documents/variables.ts'
import { project } from './deployment.ts'

/** Returns each file with its current text, by its path in the project. */
export async function configurationDocuments(): Promise<Readonly<Record<string, string>>> {
  const tables = Object.fromEntries(groups.map((group) => [group, variableTable(group)]))
  return {
    'docs/configuration.md': fill(await textOf('docs/configuration.md'), tables),
    'docs/tenant-configuration.md': fill(await textOf('docs/tenant-configuration.md'), tenantSections()),
    '.env.example': environmentExample(),
  }
}

function textOf(path: string): Promise<string> {
  return readFile(`${project}${path}`, 'utf8')
}

if (import.meta.main) {
  endWithHelp('node scripts/configuration-documents.ts: writes the configuration pages from the schemas')
  for (const [path, text] of Object.entries(await configurationDocuments()))
    await writeFile(`${project}${path}`, text)
}
