/** Builds the web app and the Worker for the demo, where they are older than their sources. */
import { execFileSync } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Runs `build:ui`, and `build:worker` where it is wanted. What is up to date is left alone. */
export async function buildWhereStale(project: string, worker: boolean): Promise<void> {
  if (await isStale(join(project, 'dist/ui/index.html'), join(project, 'src/ui'))) run(project, 'build:ui')
  if (worker && (await isStale(join(project, 'dist/worker/worker.js'), join(project, 'src'))))
    run(project, 'build:worker')
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

function run(project: string, script: string): void {
  execFileSync('npm', ['run', '--silent', script], { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] })
}
