import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildWhereStale } from '../../dev/demo/build.ts'
import { writeEnvFile } from '../../dev/demo/env-file.ts'
import { progressTo } from '../../dev/demo/progress.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'publisher-demo-start-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the build of the demo', () => {
  async function projectWith(script: string) {
    await mkdir(join(folder, 'src/ui'), { recursive: true })
    await writeFile(join(folder, 'src/ui/index.html'), '')
    await writeFile(join(folder, 'package.json'), JSON.stringify({ scripts: { 'build:ui': script } }))
  }

  it('prints only the step when the build succeeds', async () => {
    await projectWith('echo noise; echo more noise >&2')
    let said = ''
    await buildWhereStale(
      folder,
      false,
      progressTo(
        (text) => {
          said += text
        },
        () => 0,
      ),
    )
    expect(said).toBe('  Building the page ... 0.0 s\n')
  })

  it('shows the whole output of a build that fails', async () => {
    await projectWith('echo half of it; echo and the other half >&2; exit 1')
    let said = ''
    const step = progressTo(
      (text) => {
        said += text
      },
      () => 0,
    )
    await expect(buildWhereStale(folder, false, step)).rejects.toThrow(/half of it\n+and the other half/)
    expect(said).toBe('  Building the page ... failed after 0.0 s\n')
  })
})

describe('the environment file of the demo', () => {
  it('writes each variable to a file that only its owner can read, even if the file existed before', async () => {
    const variables = {
      PORT: '8080',
      URL: 'http://127.0.0.1:9/v1?a=b#c',
      ODD: 'two words # "quoted"',
      HASH: '#x',
    }
    await writeFile(join(folder, 'env'), 'PORT=1', { mode: 0o644 })
    const path = await writeEnvFile(folder, variables)
    expect(parseEnv(await readFile(path, 'utf8'))).toEqual(variables)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })
})
