/** Builds the web app and the Worker for the demo if they are older than their sources. */
import { execFile } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Step, silently } from './progress.ts'

/**
 * Runs `build:ui`, and `build:worker` if `worker` is set. Skips builds that are up to date. Throws an Error with the whole output
 * of a failing build.
 */
export async function buildWhereStale(
  project: string,
  worker: boolean,
  step: Step = silently,
): Promise<void> {
  if (await isStale(join(project, 'dist/ui/index.html'), join(project, 'src/ui')))
    await step('Building the page', () => run(project, 'build:ui'))
  if (worker && (await isStale(join(project, 'dist/worker/worker.js'), join(project, 'src'))))
    await step('Building the Worker', () => run(project, 'build:worker'))
}

async function isStale(output: string, sources: string): Promise<boolean> {
  const built = await stat(output).catch(() => null)
  if (!built) return true
  const entries = await readdir(sources, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const times = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).mtimeMs),
  )
  return Math.max(...times) > built.mtimeMs
}

const maxOutputBytes = 64 * 2 ** 20

/** Hides the output of the build unless the build fails. */
async function run(project: string, script: string): Promise<void> {
  try {
    await promisify(execFile)('npm', ['run', '--silent', script], { cwd: project, maxBuffer: maxOutputBytes })
  } catch (error) {
    const said =
      error instanceof Error && 'stdout' in error && 'stderr' in error ? [error.stdout, error.stderr] : []
    throw new Error(`\`npm run ${script}\` failed:\n${said.join('\n').trim() || String(error)}`)
  }
}
