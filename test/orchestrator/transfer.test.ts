import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { canonicalJson, sha256Hex } from '../../orchestrator/contract/canonical.ts'
import type { Database } from '../../orchestrator/database/database.ts'
import { parseRegistry } from '../../orchestrator/registry/file.ts'
import { importFiles } from '../../orchestrator/registry/sql/import-files.ts'
import { databaseKinds, databasesOf } from '../support/fixtures/databases.ts'
import {
  actor,
  callsTo,
  envelopeOf,
  filledCopies,
  jsonFile,
  run,
} from '../support/fixtures/filled-database.ts'
import {
  anyJson,
  fullConfig,
  lenientShapes,
  optionalPaths,
  withValueAt,
} from '../support/fixtures/lenient-configurations.ts'
import { registryOf } from '../support/fixtures/reference-orchestrator.ts'

const databases = { sqlite: databasesOf('sqlite'), postgres: databasesOf('postgres') }
const filled = { sqlite: filledCopies(databases.sqlite), postgres: filledCopies(databases.postgres) }
afterAll(() => Promise.all([databases.sqlite.close(), databases.postgres.close()]))

const recordSchema = z.record(z.string(), z.unknown())
const parse = (text: string) => recordSchema.parse(JSON.parse(text))

async function keyFiles(directory: string, alg: 'ECDH-ES+A256KW' | 'RSA-OAEP-256' = 'ECDH-ES+A256KW') {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return {
    recipient: await jsonFile(directory, 'public.jwk', await exportJWK(publicKey)),
    key: await jsonFile(directory, 'private.jwk', await exportJWK(privateKey)),
  }
}

/** Returns all rows, to compare the whole state. */
async function stateOf({ read }: Database) {
  const { tenant, credential, audit } = {
    tenant: await read.selectFrom('tenant').selectAll().orderBy('name').execute(),
    credential: await read.selectFrom('credential').selectAll().orderBy('tenant').orderBy('ref').execute(),
    audit: await read.selectFrom('audit').selectAll().orderBy('seq').execute(),
  }
  return { tenant, credential, audit }
}

describe.each(databaseKinds)('export and import on %s', (kind) => {
  it('moves a tenant with history and credentials when the recipient holds the key', async () => {
    await using source = await filled[kind]()
    const origin = await source.opened()
    const { recipient, key } = await keyFiles(source.directory)
    const exported = await run(
      source.variables,
      'export',
      'alice',
      '--with-secrets',
      '--recipient',
      recipient,
    )
    expect(exported.code).toBe(0)
    expect(exported.out).not.toContain('canary')
    const lines = await origin.read
      .selectFrom('audit')
      .selectAll()
      .where('action', '=', 'credentials.export')
      .execute()
    expect(lines.map(({ tenant, actor: by }) => [tenant, by])).toEqual([
      ['alice', 'olga'],
      ['alice', 'olga'],
      ['alice', 'olga'],
    ])

    await using target = await databases[kind].create()
    const database = await target.opened()
    const file = join(target.directory, 'alice.json')
    await writeFile(file, exported.out)
    const imported = await run(target.variables, 'import', file, '--key', key)
    expect(imported).toMatchObject({ code: 0 })
    expect(parse(imported.out)).toMatchObject({
      tenant: 'alice',
      configurations: 2,
      credentials: 3,
      claims: 1,
      webhooks_left_out: ['wh_alice'],
    })
    const moved = parse(exported.out)
    expect(moved.connections).toMatchObject([{ ref: 'alice-storage', account: 'alice@example.org' }])
    expect(moved.api_keys).toMatchObject([{ id: 'key_alice', name: 'phone', scopes: 'read' }])
    const history = (await run(source.variables, 'history', 'alice')).out
    expect((await run(target.variables, 'history', 'alice')).out).toBe(history)
    const answers = async (from: Database) => {
      const calls = callsTo(from)
      const got = [
        await calls.byHost('alice.shibari.test'),
        await calls.resolve('alice', 'alice-storage'),
        await calls.resolve('alice', 'shared'),
        await calls.claim('alice', 'alice-claim'),
      ]
      const texts = await Promise.all(got.map((answer) => answer.text()))
      await calls.close()
      return texts
    }
    expect(await answers(database)).toEqual(await answers(origin))
    expect(parse((await run(target.variables, 'audit', 'verify')).out)).toMatchObject({ brokenAt: null })
    const again = parse((await run(target.variables, 'export', 'alice')).out)
    const {
      exported_at: _,
      sha256: __,
      audit: ___,
      credentials: ____,
      webhooks: _____,
      ...rest
    } = parse(exported.out)
    expect(again).toMatchObject(rest)
  })

  it('leaves out every byte of other tenants when it exports a tenant', async () => {
    await using source = await filled[kind]()
    const { recipient } = await keyFiles(source.directory)
    const { out } = await run(source.variables, 'export', 'alice', '--with-secrets', '--recipient', recipient)
    expect(out).not.toMatch(/bob|robert|carol|dora|emil|kate/)
    const files = await run(
      source.variables,
      'export',
      'alice',
      '--yaml',
      '--secrets',
      join(source.directory, 's.yaml'),
    )
    expect(files.out + (await readFile(join(source.directory, 's.yaml'), 'utf8'))).not.toMatch(
      /bob|robert|carol|dora|emil|kate/,
    )
  })

  it('changes nothing when the tenant or a host exists', async () => {
    await using source = await filled[kind]()
    const database = await source.opened()
    const file = join(source.directory, 'alice.json')
    await writeFile(file, (await run(source.variables, 'export', 'alice')).out)
    const before = await stateOf(database)
    const same = await run(source.variables, 'import', file)
    expect([same.code, same.said]).toEqual([1, expect.stringContaining('has the name alice already')])
    expect(await stateOf(database)).toEqual(before)

    await using target = await databases[kind].create()
    const other = await target.opened()
    const config = { storage: { provider: 'local', paths: { root: '/x' } } }
    await importFiles(
      other,
      envelopeOf(other),
      await registryOf({ eve: { hosts: ['alice.shibari.test'], config } }, {}),
      actor,
    )
    const kept = await stateOf(other)
    const taken = await run(target.variables, 'import', file)
    expect([taken.code, taken.said]).toEqual([1, expect.stringContaining('already belongs to eve')])
    expect(await stateOf(other)).toEqual(kept)
  })

  it('writes files that import-yaml finds unchanged when it exports YAML', async () => {
    await using source = await filled[kind]()
    const database = await source.opened()
    const tenants = join(source.directory, 'tenants.yaml')
    const secrets = join(source.directory, 'secrets.yaml')
    const exported = await run(
      source.variables,
      'export',
      '--yaml',
      '--tenants',
      tenants,
      '--secrets',
      secrets,
    )
    expect([exported.code, exported.said]).toEqual([0, expect.stringContaining('CLEAR TEXT')])
    expect((await stat(secrets)).mode & 0o777).toBe(0o600)
    const before = await stateOf(database)
    const imported = await run(source.variables, 'import-yaml', tenants, secrets)
    expect(parse(imported.out)).toMatchObject({ changed: 0, tenants: 7 })
    expect(await stateOf(database)).toEqual(before)
    const again = await run(source.variables, 'export', '--yaml', '--tenants', tenants, '--secrets', secrets)
    expect([again.code, again.said]).toEqual([1, expect.stringContaining('exists already')])
  })
})

describe('an export', () => {
  it.each(['ECDH-ES+A256KW', 'RSA-OAEP-256'] as const)(
    'opens only with the key of its recipient when it uses %s',
    async (alg) => {
      await using source = await filled.sqlite()
      const { recipient, key } = await keyFiles(source.directory, alg)
      const exported = await run(
        source.variables,
        'export',
        'alice',
        '--with-secrets',
        '--recipient',
        recipient,
      )
      await using target = await databases.sqlite.create()
      const database = await target.opened()
      const file = join(target.directory, 'alice.json')
      await writeFile(file, exported.out)
      const stranger = await keyFiles(target.directory, alg)
      const refused = await run(target.variables, 'import', file, '--key', stranger.key)
      expect([refused.code, refused.said]).toEqual([1, expect.stringContaining('do not open with this key')])
      expect((await stateOf(database)).tenant).toEqual([])
      expect(await run(target.variables, 'import', file, '--key', key)).toMatchObject({ code: 0 })
    },
  )

  it('refuses a private key, a symmetric key and another text as its recipient', async () => {
    await using source = await filled.sqlite()
    const { key } = await keyFiles(source.directory)
    const oct = await jsonFile(source.directory, 'oct.jwk', { kty: 'oct', k: 'AAAA' })
    for (const file of [key, oct, join(source.directory, 'control-plane.db')]) {
      const refused = await run(source.variables, 'export', 'alice', '--with-secrets', '--recipient', file)
      expect([refused.code, refused.out]).toEqual([1, ''])
    }
    expect(await run(source.variables, 'export', 'alice', '--with-secrets')).toMatchObject({
      code: 2,
      out: '',
    })
    expect(await run(source.variables, 'export', 'none')).toMatchObject({ code: 1, out: '' })
  })

  it('refuses to write a value that file mode would read as a variable', async () => {
    await using source = await databases.sqlite.createMigrated()
    const database = await source.opened()
    const files = await registryOf(
      undefined,
      { alice: { s: { provider: 'smtp', password: 'env:A' } } },
      { A: 'env:HOME' },
    )
    await importFiles(database, envelopeOf(database), files, actor)
    const secrets = join(source.directory, 's.yaml')
    const refused = await run(source.variables, 'export', '--yaml', '--secrets', secrets)
    expect([refused.code, refused.said]).toEqual([1, expect.stringContaining('begins with env:')])
    await expect(stat(secrets)).rejects.toThrow('ENOENT')
  })
})

describe('import of hostile exports', () => {
  const resealed = async (document: Record<string, unknown>, change: Record<string, unknown>) => {
    const { sha256: _, ...content } = { ...document, ...change }
    return JSON.stringify({ ...content, sha256: await sha256Hex(canonicalJson(content)) })
  }
  const cases: [
    string,
    (text: string, document: Record<string, unknown>) => string | Promise<string>,
    RegExp,
  ][] = [
    ['nothing', () => '', /not JSON/],
    ['deep arrays', () => '['.repeat(1_000_000), /too deeply/],
    ['a member twice', (text) => text.replace('"hosts":', '"hosts": [], "hosts":'), /same member twice/],
    [
      'another member',
      (text) => text.replace('"format"', '"__proto__": {"format": 1}, "format"'),
      /digest differs/,
    ],
    ['an edited host', (text) => text.replaceAll('alice.shibari', 'mallory.shibari'), /digest differs/],
    ['a newer version', (_, document) => resealed(document, { version: 2 }), /version 2/],
    ['a bad host', (_, document) => resealed(document, { hosts: ['UPPER.example'] }), /export\.hosts\.0/],
    [
      'no configuration',
      (_, document) => resealed(document, { configurations: [] }),
      /export\.configurations/,
    ],
    [
      'a huge number',
      (text) => text.replace('"quantity": 42', '"quantity": 1e999'),
      /digest differs|quantity/,
    ],
    [
      'a member of the prototype',
      (_, document) => resealed(document, { tenant: { __proto__: null, name: '__proto__' } }),
      /export\.tenant/,
    ],
    [
      'a forged configuration',
      (_, document) => resealed(document, { configurations: [{ ...versionOf(document), config: {} }] }),
      /does not have its config_version/,
    ],
    [
      'a claim twice',
      (_, document) => resealed(document, { claims: [...list(document.claims), ...list(document.claims)] }),
      /appears twice/,
    ],
  ]

  it.each(cases)('refuses in words and changes nothing when the file has %s', async (_, spoil, words) => {
    await using source = await filled.sqlite()
    const { out } = await run(source.variables, 'export', 'alice')
    await using target = await databases.sqlite.create()
    const database = await target.opened()
    const file = join(target.directory, 'hostile.json')
    await writeFile(file, await spoil(out, parse(out)))
    const { code, said } = await run(target.variables, 'import', file)
    expect([code, said]).toEqual([1, expect.stringMatching(words)])
    expect(await stateOf(database)).toEqual({ tenant: [], credential: [], audit: [] })
  })
})

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function versionOf(document: Record<string, unknown>): Record<string, unknown> {
  const current = list(document.configurations).at(-1)
  return recordSchema.parse(current)
}

describe('the way back to file mode', () => {
  it('keeps answers, versions and credentials for lenient configurations', async () => {
    await using source = await databases.sqlite.createMigrated()
    const database = await source.opened()
    const configs = fc.oneof(
      fc.constantFrom(...lenientShapes.map(({ config }) => config)),
      fc
        .tuple(fc.constantFrom(...optionalPaths), anyJson)
        .map(([path, value]) => withValueAt(fullConfig, path, value)),
    )
    const values = fc.dictionary(fc.stringMatching(/^[\w:# -]{1,12}$/), fc.string({ unit: 'grapheme' }), {
      maxKeys: 3,
    })
    await fc.assert(
      fc.asyncProperty(configs, values, async (config, extra) => {
        const name = `t${crypto.randomUUID()}`
        const host = `${name}.example`
        const secrets = { [name]: { 'a: #ref': { ...extra, provider: 'smtp', password: ' "p\n#' } } }
        const files = await registryOf({ [name]: { hosts: [host], config } }, secrets).catch(() => undefined)
        // File mode refuses what the publisher would replace by defaults.
        fc.pre(files !== undefined)
        if (!files) return
        await importFiles(database, envelopeOf(database), files, actor)
        const secretsFile = join(source.directory, `${name}.yaml`)
        const exported = await run(source.variables, 'export', name, '--yaml', '--secrets', secretsFile)
        expect(exported).toMatchObject({ code: 0 })
        const read = await parseRegistry({
          tenants: exported.out,
          secrets: await readFile(secretsFile, 'utf8'),
          variables: {},
          versionKey: 'of the tests',
        })
        expect(read.byHost.get(host)?.answer).toEqual(files.byHost.get(host)?.answer)
        expect(await (await callsTo(database).byHost(host)).json()).toEqual(read.byHost.get(host)?.answer)
        expect(read.secrets).toEqual(files.secrets)
        const again = await importFiles(database, envelopeOf(database), read, actor)
        expect(again.changed).toBe(0)
      }),
      { numRuns: 40 },
    )
  })
})
