/** Size check of the built Worker: fails above the limit and prints the size. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { endWithHelp } from '../src/node/usage.ts'
import { project } from './deployment.ts'

/** Maximum sum of the gzip sizes of the Worker's modules. */
export const maxWorkerBytes = 660_000

/**
 * Returns the gzip size of every module that Cloudflare would get. Source maps and the README beside them are
 * not uploaded.
 */
export async function workerBytes(directory: string): Promise<number> {
  const names = (await readdir(directory)).filter((name) => !/\.(map|md)$/.test(name))
  if (!names.includes('worker.js'))
    throw new Error(`${directory} has no Worker. Run \`npm run build:worker\`.`)
  const sizes = names.map(
    async (name) => (await promisify(gzip)(await readFile(join(directory, name)))).length,
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

if (import.meta.main) {
  endWithHelp('node scripts/check-worker-size.ts: fails if dist/worker exceeds its size limit')
  const bytes = await workerBytes(join(project, 'dist/worker'))
  const isTooLarge = bytes > maxWorkerBytes
  process.stdout.write(`worker ${bytes} of ${maxWorkerBytes} bytes gzip${isTooLarge ? '  TOO LARGE' : ''}\n`)
  if (isTooLarge) process.exitCode = 1
}
