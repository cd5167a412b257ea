import { appendFile, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { watchFiles } from '../../orchestrator/registry/file/watched.ts'

const entry = (tenant: string, root: string, more = '') =>
  `  ${tenant}:\n    hosts: [${tenant}.test.example]\n    config:\n      storage: { provider: local, paths: { root: ${root} } }\n${more}`
const fileOf = (...entries: string[]) => `tenants:\n${entries.join('')}`

async function watched(
  options: { secrets?: string; pause?: (tenantsFile: string) => Promise<unknown> } = {},
) {
  const { secrets, pause = () => Promise.resolve() } = options
  const directory = await mkdtemp(join(tmpdir(), 'publisher-orchestrator-'))
  const tenantsFile = join(directory, 'tenants.yaml')
  const secretsFile = join(directory, 'secrets.yaml')
  await writeFile(tenantsFile, fileOf(entry('alice', '/first')))
  if (secrets !== undefined) await writeFile(secretsFile, secrets)
  const reasons: string[] = []
  const warnings: string[] = []
  const registry = await watchFiles({
    tenantsFile,
    secretsFile: secrets === undefined ? undefined : secretsFile,
    variables: {},
    onBadEdit: (reason) => reasons.push(reason),
    onWarning: (warning) => warnings.push(warning),
    pause: () => pause(tenantsFile),
  })
  const configOf = async (tenant: string) =>
    JSON.stringify((await registry()).byHost.get(`${tenant}.test.example`)?.answer.config)
  return {
    tenantsFile,
    secretsFile,
    reasons,
    warnings,
    registry,
    configOf,
    /** Replaces the file atomically, like careful editors and deployments. */
    async replace(text: string, file = tenantsFile) {
      await writeFile(`${file}.new`, text)
      await rename(`${file}.new`, file)
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

describe('an edit of the orchestrator’s file', () => {
  it('applies an edit with an unknown key, and warns', async () => {
    await using open = await watched()
    await open.replace(fileOf(entry('alice', '/second', '      feature: {}\n')))
    expect(await open.configOf('alice')).toContain('/second')
    expect(open.warnings).toEqual(['tenants.alice.config.feature is not known (did you mean features?)'])
    expect(open.reasons).toEqual([])
  })

  it('applies an edit at the next call, after a replacement or a write in place', async () => {
    await using open = await watched()
    expect(await open.configOf('alice')).toContain('/first')
    await open.replace(fileOf(entry('alice', '/second')))
    expect(await open.configOf('alice')).toContain('/second')
    await writeFile(open.tenantsFile, fileOf(entry('alice', '/third')))
    expect(await open.configOf('alice')).toContain('/third')
    expect(open.reasons).toEqual([])
  })

  it('applies an edit that changes neither size nor modification time', async () => {
    await using open = await watched()
    await utimes(open.tenantsFile, 1_000_000_000, 1_000_000_000)
    expect(await open.configOf('alice')).toContain('/first')
    await writeFile(open.tenantsFile, fileOf(entry('alice', '/fifth')))
    await utimes(open.tenantsFile, 1_000_000_000, 1_000_000_000)
    expect(await open.configOf('alice')).toContain('/fifth')
  })

  it('applies an edit of the secrets file, and keeps the versions of other secrets', async () => {
    const secrets = (password: string) =>
      `alice:\n  one: { provider: smtp, password: ${password} }\n  two: { provider: smtp, password: same }\n`
    await using open = await watched({ secrets: secrets('before') })
    const answers = async () => {
      const byRef = (await open.registry()).byTenant.get('alice')?.byRef
      return [byRef?.get('one')?.answer, byRef?.get('two')?.answer]
    }
    const [one, two] = await answers()
    await open.replace(secrets('after'), open.secretsFile)
    const [changed, same] = await answers()
    expect(changed).toMatchObject({ password: 'after' })
    expect(changed?.version).not.toBe(one?.version)
    expect(same).toEqual(two)
  })

  it('removes the host and the credentials of a tenant that the file no longer has', async () => {
    await using open = await watched({ secrets: 'alice: { ref: { provider: smtp, password: x } }' })
    await open.replace(fileOf(entry('bob', '/x')))
    const { byHost, byTenant } = await open.registry()
    expect([[...byHost.keys()], [...byTenant.keys()]]).toEqual([['bob.test.example'], ['bob']])
  })
})

describe('a bad edit of the orchestrator’s file', () => {
  it.each([
    ['a half-written file', 'tenants:\n  alice: {', /^tenants: this is neither YAML nor JSON at line 2/],
    ['an empty file', '', /^the tenants file: /],
    ['a root path with ".."', fileOf(entry('alice', 'a/../..')), /^tenants\.alice\.config\.storage\.paths: /],
    ['an unknown provider', fileOf(entry('alice', '/x')).replace('local', 'ftp'), /storage\.provider: /],
    ['two errors', fileOf(entry('alice', '..'), entry('bob', '..')), /^tenants\.alice/],
  ])(
    'keeps the last good version and reports %s once, until the file is repaired',
    async (_title, text, reason) => {
      await using open = await watched()
      await open.replace(fileOf(entry('alice', '/second')))
      await open.configOf('alice')
      await open.replace(text)
      for (let call = 0; call < 3; call++) expect(await open.configOf('alice')).toContain('/second')
      expect(open.reasons).toEqual([expect.stringMatching(reason)])
      await open.replace(fileOf(entry('alice', '/repaired')))
      expect(await open.configOf('alice')).toContain('/repaired')
      expect(open.reasons).toHaveLength(1)
    },
  )

  it('keeps both last good files when the secrets are invalid', async () => {
    await using open = await watched({ secrets: 'alice: { ref: { provider: smtp, password: canary } }' })
    await open.replace(fileOf(entry('alice', '/second')))
    await open.replace('alice: { ref: { provider: smtp, password: canary', open.secretsFile)
    expect(await open.configOf('alice')).toContain('/first')
    expect(open.reasons).toEqual([expect.stringMatching(/^secrets: /)])
    expect(open.reasons.join()).not.toContain('canary')
  })

  it('keeps the last good version while the file is missing, and reads the file once it is back', async () => {
    await using open = await watched()
    await rm(open.tenantsFile)
    expect(await open.configOf('alice')).toContain('/first')
    expect(open.reasons).toEqual(['a file cannot be read (ENOENT)'])
    await open.replace(fileOf(entry('alice', '/back')))
    expect(await open.configOf('alice')).toContain('/back')
  })

  it('refuses to start with a bad file', async () => {
    await using open = await watched()
    const options = { tenantsFile: open.tenantsFile, variables: {}, onBadEdit: () => undefined }
    await writeFile(open.tenantsFile, 'tenants: [')
    await expect(watchFiles(options)).rejects.toMatchObject({ name: 'RegistryError' })
    await rm(open.tenantsFile)
    await expect(watchFiles(options)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('a file that is being written', () => {
  it('applies a file only when it is complete, even if its first half is valid', async () => {
    const rest = [entry('bob', '/x'), entry('carol', '/x')]
    const pause = async (file: string) => {
      const more = rest.shift()
      if (more) await appendFile(file, more)
    }
    await using open = await watched({ pause })
    await writeFile(open.tenantsFile, fileOf(entry('alice', '/second')))
    expect([...(await open.registry()).byTenant.keys()]).toEqual(['alice', 'bob', 'carol'])
  })

  it('reports no fault while a file is emptied and filled, or briefly missing', async () => {
    const steps: ((file: string) => Promise<void>)[] = [
      (file) => writeFile(file, 'tenants: {'),
      (file) => rm(file),
      (file) => writeFile(file, fileOf(entry('alice', '/second'))),
    ]
    await using open = await watched({ pause: async (file) => steps.shift()?.(file) })
    await writeFile(open.tenantsFile, '')
    expect(await open.configOf('alice')).toContain('/second')
    expect(open.reasons).toEqual([])
  })

  it('does not block callers when the file never stops changing', async () => {
    let writes = true
    const pause = async (file: string) => {
      if (writes) await appendFile(file, '# more\n')
    }
    await using open = await watched({ pause })
    await writeFile(open.tenantsFile, fileOf(entry('alice', '/second')))
    expect(await open.configOf('alice')).toContain('/first')
    expect(open.reasons).toEqual([])
    writes = false
    expect(await open.configOf('alice')).toContain('/second')
  })
})

describe('a registry with concurrent calls', () => {
  it('shares one check of the files between all calls', async () => {
    await using open = await watched()
    await open.replace('tenants: 17')
    await Promise.all(Array.from({ length: 1000 }, () => open.registry()))
    expect(open.reasons).toHaveLength(1)
  })

  it('returns complete versions in order while the file is replaced', async () => {
    await using open = await watched({ pause: () => setImmediate() })
    const text = (version: number) => fileOf(entry('alice', `/v${version}`), entry('bob', `/v${version}`))
    await open.replace(text(0))
    let replacing = true
    const seen: (string | undefined)[][] = []
    async function read(): Promise<void> {
      const { byHost } = await open.registry()
      const versionOf = (tenant: string) =>
        /\/v(\d+)/.exec(JSON.stringify(byHost.get(`${tenant}.test.example`)?.answer.config))?.[1]
      seen.push([versionOf('alice'), versionOf('bob')])
    }
    async function readOn(): Promise<void> {
      while (replacing) await read()
    }
    await read()
    const readers = Array.from({ length: 20 }, readOn)
    for (let version = 1; version <= 50; version++) await open.replace(text(version))
    replacing = false
    await Promise.all(readers)
    await read()
    expect(seen.filter(([ofAlice, ofBob]) => ofAlice === undefined || ofAlice !== ofBob)).toEqual([])
    const versions = seen.map(([version]) => Number(version))
    expect(versions).toEqual(versions.toSorted((a, b) => a - b))
    expect(versions.at(-1)).toBe(50)
    expect(open.reasons).toEqual([])
  })
})
