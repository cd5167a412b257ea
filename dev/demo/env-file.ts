/** The publisher's environment as a file, so that other programs of this package can look at the demo. */
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Writes `env` into the demo's folder, readable by its owner alone, and gives its path. */
export async function writeEnvFile(
  state: string,
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const path = join(state, 'env')
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}\n`)
  const note = '# Written by the demo at each start. Its secrets are good on this machine only.\n'
  await writeFile(path, note + lines.join(''), { mode: 0o600 })
  // The mode above counts for new files only.
  await chmod(path, 0o600)
  return path
}

/** As `node --env-file` reads it: a quote of one kind may hold the other ones. */
function quoted(value: string): string {
  if (/^[\w./:@,+-]*$/.test(value)) return value
  const quote = ['"', "'", '`'].find((candidate) => !value.includes(candidate))
  if (quote === undefined || value.includes('\n'))
    throw new TypeError('A variable cannot be written to a file.')
  return quote + value + quote
}
