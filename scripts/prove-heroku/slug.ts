/** Slug of the proof: the files, the build and the pruning that Heroku would do. */
import { cp, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buildSteps, project } from '../deployment.ts'
import { clean, run, say } from './run.ts'

/** Largest slug that Heroku takes, in bytes. */
const maxSlugBytes = 500_000_000

/** Makes the slug in an empty folder. Throws when it is too large or keeps development dependencies. */
export async function buildSlug(slug: string): Promise<void> {
  await copySlug(slug)
  await build(slug)
  await checkPruned(slug)
  const bytes = await bytesIn(slug)
  if (bytes > maxSlugBytes) throw new Error(`The slug has ${bytes} bytes, Heroku takes ${maxSlugBytes}.`)
  say(`${'slug, uncompressed'.padEnd(28)} ${Math.round(bytes / 1e6)} MB`)
}

/** Copies what git knows of the working tree, without what `.slugignore` names. */
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
    // Deleted in the working tree, and not yet in the index.
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

/** Throws where a development dependency is left that the program could be using. */
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
      throw new Error(`${name} is a development dependency and is still there.`)
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
