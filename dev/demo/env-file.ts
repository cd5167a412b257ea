/** The publisher's environment as a file, so that other programs of this package can examine the demo. */
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Writes `env` into the demo's folder, readable only by its owner, and returns its path. */
export async function writeEnvFile(
  state: string,
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const path = join(state, 'env')
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}\n`)
  const note = '# Written by the demo at each start. Its secrets work only on this machine.\n'
  await writeFile(path, note + lines.join(''), { mode: 0o600 })
  // The mode above applies only to new files.
  await chmod(path, 0o600)
  return path
}

/** Quotes a value for `node --env-file`, with a kind of quote that the value does not contain. Throws a `TypeError` if none is left. */
function quoted(value: string): string {
  if (/^[\w./:@,+-]*$/.test(value)) return value
  const quote = ['"', "'", '`'].find((candidate) => !value.includes(candidate))
  if (quote === undefined || value.includes('\n'))
    throw new TypeError('A variable cannot be written to a file.')
  return quote + value + quote
}
