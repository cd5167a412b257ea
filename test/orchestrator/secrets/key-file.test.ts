import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keyFile, readKeyFile } from '../../../orchestrator/secrets/key-file.ts'
import { keysOf } from '../../../orchestrator/secrets/keys-of-environment.ts'

async function place() {
  const directory = await mkdtemp(join(tmpdir(), 'publisher-key-file-'))
  return {
    directory,
    path: join(directory, keyFile),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

describe('the key file of a development machine', () => {
  it('makes the key once and leaves no other file when it is read twice', async () => {
    await using at = await place()
    const created: string[] = []
    const first = readKeyFile(at.directory, (path) => created.push(path))
    expect(readKeyFile(at.directory, (path) => created.push(path))).toBe(first)
    expect(first).toMatch(/^development-[0-9a-f]{8}:[\w-]{43}$/)
    expect(created).toEqual([at.path])
    expect(await readdir(at.directory)).toEqual([keyFile])
    expect((await stat(at.path)).mode & 0o777).toBe(0o600)
  })

  it.each(['', 'canary-of-a-key'])('names the file and no key when the file holds %j', async (text) => {
    await using at = await place()
    await writeFile(at.path, text)
    const open = () =>
      keysOf({ ORCHESTRATOR_DATA_DIR: at.directory, ORCHESTRATOR_KMS_DECRYPT_ONLY: false }, () => {})
    expect(open).toThrow(`The file ${at.path} must hold kid:base64url of 32 bytes`)
  })
})
