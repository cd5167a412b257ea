/** Test slug: copies, builds and prunes the files like Heroku. */
import { cp, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buildSteps, project } from '../deployment.ts'
import { clean, run, say } from './run.ts'

/** Maximum slug size on Heroku in bytes. */
const maxSlugBytes = 500_000_000

/** Creates the slug in an empty folder. Throws if the slug is too large or keeps development dependencies. */
export async function buildSlug(slug: string): Promise<void> {
  await copySlug(slug)
  await build(slug)
  await checkPruned(slug)
  const bytes = await bytesIn(slug)
  if (bytes > maxSlugBytes) throw new Error(`The slug has ${bytes} bytes; Heroku allows ${maxSlugBytes}.`)
  say(`${'slug, uncompressed'.padEnd(28)} ${Math.round(bytes / 1e6)} MB`)
}

/** Copies git's files of the working tree, except those in `.slugignore`. */
async function copySlug(to: string): Promise<void> {
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: project,
    maxBuffer: 2 ** 26,
  })
  const ignored = (await readFile(`${project}.slugignore`, 'utf8')).split('\n').filter(Boolean)
  const names = stdout
    .split('\0')
    .filter((name) => name !== '' && !ignored.some((prefix) => `/${name}`.startsWith(`${prefix}/`)))
  for (const name of names) {
    // Skips files that are deleted but still in the index.
    if (!(await stat(`${project}${name}`).catch(() => null))) continue
    await mkdir(dirname(join(to, name)), { recursive: true })
    await cp(`${project}${name}`, join(to, name))
  }
}

async function build(slug: string): Promise<void> {
  for (const step of buildSteps) {
    const startedAt = performance.now()
    const [program = '', ...args] = step.split(' ')
    await run(program, args, { cwd: slug, env: clean, maxBuffer: 2 ** 26 })
    say(`${step.padEnd(28)} ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  }
}

/** Throws if a development dependency remains that the program could import. */
async function checkPruned(slug: string): Promise<void> {
  const { devDependencies }: { devDependencies: Record<string, string> } = JSON.parse(
    await readFile(join(slug, 'package.json'), 'utf8'),
  )
  const { packages }: { packages: Record<string, { dev?: boolean }> } = JSON.parse(
    await readFile(join(slug, 'package-lock.json'), 'utf8'),
  )
  for (const name of Object.keys(devDependencies)) {
    const isDevOnly = packages[`node_modules/${name}`]?.dev === true
    if (isDevOnly && (await stat(join(slug, 'node_modules', name)).catch(() => null))) {
      throw new Error(`${name} is a development dependency but was not pruned.`)
    }
  }
}

async function bytesIn(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true })
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
