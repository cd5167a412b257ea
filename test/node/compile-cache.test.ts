import { execFile } from 'node:child_process'
import { lstat, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { project } from '../../scripts/deployment.ts'

const run = promisify(execFile)
const compileCache = pathToFileURL(`${project}src/node/compile-cache.ts`).href

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'publisher-compile-cache-'))
  onTestFinished(() => rm(made, { recursive: true, force: true }))
  return made
}

/** Runs a program that uses the folder, loads a module and prints the folder that Node chose. */
async function start(directory: string): Promise<string> {
  const program = `
    import { getCompileCacheDir } from 'node:module'
    const { useCompileCache } = await import(${JSON.stringify(compileCache)})
    useCompileCache(${JSON.stringify(directory)})
    await import(${JSON.stringify(pathToFileURL(join(directory, 'module.mjs')).href)})
    console.log(getCompileCacheDir() ?? 'none')`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { env: {} })
  return stdout.trim()
}

describe('the cache of compiled code', () => {
  it('fills its folder and takes code that another user compiled', async () => {
    const directory = await folder()
    await writeFile(join(directory, 'module.mjs'), 'export const answer = 42')
    const first = await start(join(directory))
    expect(await readdir(first)).toHaveLength(1)

    const others = first.replace(/-\d+$/, '-4242')
    await rename(first, others)
    expect(await start(directory)).toBe(first)
    expect((await lstat(first)).isSymbolicLink()).toBe(true)
    expect(await readdir(others)).toHaveLength(1)
  })

  it('starts the program without a folder that can be used', async () => {
    const directory = await folder()
    const file = join(directory, 'module.mjs')
    await writeFile(file, 'export const answer = 42')
    const program = `
      const { useCompileCache } = await import(${JSON.stringify(compileCache)})
      useCompileCache(${JSON.stringify(file)})
      console.log('started')`
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { env: {} })
    expect(stdout).toBe('started\n')
  })
})
