/** A folder of its own with the two files, for suites that start a server. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { secrets, tenants } from './reference.ts'

export async function writeFiles() {
  const directory = await mkdtemp(join(tmpdir(), 'publisher-orchestrator-'))
  const tenantsFile = join(directory, 'tenants.json')
  const secretsFile = join(directory, 'secrets.json')
  await writeFile(tenantsFile, JSON.stringify({ tenants }))
  await writeFile(secretsFile, JSON.stringify(secrets))
  return {
    directory,
    tenantsFile,
    secretsFile,
    /** What the secrets refer to. */
    variables: { BOB_TOKEN: 'canary-of-bob' },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}
