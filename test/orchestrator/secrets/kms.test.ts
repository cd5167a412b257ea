import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { internalError, type KmsEmulator, startKmsEmulator, throttled } from '../../../dev/emulators/kms.ts'
import { SecretsUnavailable } from '../../../orchestrator/contract/ports.ts'
import { KeysUnavailable } from '../../../orchestrator/secrets/key-source.ts'
import { createKmsCall, type KmsOptions } from '../../../orchestrator/secrets/kms-call.ts'
import { createKmsKeys } from '../../../orchestrator/secrets/kms-keys.ts'
import { type DatabaseOfTest, databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { eventually } from '../../support/fixtures/eventually.ts'
import { importTenants, keyText, run, serving } from '../../support/fixtures/secret-store.ts'

const account = {
  region: 'eu-central-1',
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: 'secret-access-key-of-the-test',
  sessionToken: 'session-token-of-the-test',
}
const [first, second] = ['11111111-aaaa', '22222222-bbbb']
const alice = { tenant: 'alice', id: 'key-of-alice' }
const bytes = () => new Uint8Array(32).fill(7)
const quick = { baseMs: 1, capMs: 2 }

async function startKms() {
  const kms = await startKmsEmulator({ account, keyIds: [first, second] })
  return Object.assign(kms, { [Symbol.asyncDispose]: kms.close })
}

function keysOf(kms: KmsEmulator, options: Partial<KmsOptions> = {}, keyIds = [first]) {
  return createKmsKeys(keyIds, createKmsCall({ ...account, url: kms.url, retry: quick, ...options }))
}

describe('keys in AWS KMS', () => {
  it('unwraps what was wrapped, by ID and by ARN', async () => {
    await using kms = await startKms()
    for (const keyId of [first, kms.arnOf(first)]) {
      const keys = keysOf(kms, {}, [keyId])
      const wrapped = await keys.wrap(bytes(), alice)
      expect(wrapped.kid).toBe(`kms:${keyId}`)
      expect(await keys.unwrap(wrapped, alice)).toEqual(bytes())
    }
    expect(kms.calls[0]).toMatchObject({ operation: 'Encrypt', context: alice, status: 200 })
  })

  it.each([
    { tenant: 'bob', id: alice.id },
    { tenant: alice.tenant, id: 'another-key' },
  ])('refuses to unwrap when the context is $tenant/$id', async (context) => {
    await using kms = await startKms()
    const keys = keysOf(kms)
    const unwrapping = keys.unwrap(await keys.wrap(bytes(), alice), context)
    await expect(unwrapping).rejects.toThrow('InvalidCiphertextException')
    await expect(unwrapping).rejects.not.toBeInstanceOf(KeysUnavailable)
    expect(kms.calls.length).toBe(2)
  })

  it('refuses a key that the environment does not name', async () => {
    await using kms = await startKms()
    const wrapped = await keysOf(kms, {}, [second]).wrap(bytes(), alice)
    await expect(keysOf(kms).unwrap(wrapped, alice)).rejects.toBeInstanceOf(SecretsUnavailable)
    expect(await keysOf(kms, {}, [first, second]).unwrap(wrapped, alice)).toEqual(bytes())
  })

  it('names the error without a retry when the key is disabled', async () => {
    await using kms = await startKms()
    kms.disable(first)
    const wrapping = keysOf(kms).wrap(bytes(), alice)
    await expect(wrapping).rejects.toThrow('DisabledException')
    await expect(wrapping).rejects.toBeInstanceOf(KeysUnavailable)
    expect(kms.calls.length).toBe(1)
  })

  it.each([
    ['secretAccessKey', 'InvalidSignatureException'],
    ['accessKeyId', 'UnrecognizedClientException'],
    ['sessionToken', 'UnrecognizedClientException'],
    ['region', 'InvalidSignatureException'],
  ] as const)('names the error when %s is wrong', async (name, error) => {
    await using kms = await startKms()
    const wrapping = keysOf(kms, { [name]: 'wrong' }).wrap(bytes(), alice)
    await expect(wrapping).rejects.toThrow(error)
    await expect(wrapping).rejects.toThrow(expect.not.objectContaining({ message: /secret-access/ }))
  })

  it.each([
    ['throttles', throttled],
    ['fails', internalError],
    ['breaks the connection', { kind: 'reset' } as const],
  ])('retries when KMS %s once', async (_, fault) => {
    await using kms = await startKms()
    kms.interfere(() => (kms.calls.length === 1 ? fault : undefined))
    expect(await keysOf(kms).wrap(bytes(), alice)).toMatchObject({ kid: `kms:${first}` })
    expect(kms.calls.length).toBe(2)
  })

  it('gives up when KMS throttles each try', async () => {
    await using kms = await startKms()
    kms.interfere(() => throttled)
    await expect(keysOf(kms).wrap(bytes(), alice)).rejects.toThrow('ThrottlingException')
    expect(kms.calls.length).toBe(3)
  })

  it('gives up when KMS hangs', async () => {
    await using kms = await startKms()
    kms.interfere(() => ({ kind: 'hold', until: new Promise(() => {}) }))
    const keys = keysOf(kms, { retry: { ...quick, attemptTimeoutMs: 20, deadlineMs: 100 } })
    await expect(keys.wrap(bytes(), alice)).rejects.toThrow('AWS KMS does not answer.')
  })

  it('refuses an answer in an unknown form', async () => {
    await using kms = await startKms()
    kms.interfere(() => ({ kind: 'answer', status: 200, body: '<html>' }))
    await expect(keysOf(kms).wrap(bytes(), alice)).rejects.toThrow('unknown form')
  })
})

describe.each(databaseKinds)('the store with AWS KMS in %s', (kind) => {
  const databases = databasesOf(kind)
  // Starts the server of PostgreSQL outside of the time limit of a test.
  beforeAll(async () => (await databases.createMigrated())[Symbol.asyncDispose]())
  afterAll(databases.close)

  const configured = { ORCHESTRATOR_KEYS: keyText('old') }
  const credentials = { alice: { storage: { provider: 'dropbox', refresh_token: 'token-of-alice' } } }

  function withKms(database: DatabaseOfTest, kms: KmsEmulator) {
    return {
      ...database.variables,
      ORCHESTRATOR_KMS_KEY_ID: first,
      ORCHESTRATOR_KMS_URL: kms.url,
      ALLOW_PRIVATE_ENDPOINTS: 'true',
      AWS_REGION: account.region,
      AWS_ACCESS_KEY_ID: account.accessKeyId,
      AWS_SECRET_ACCESS_KEY: account.secretAccessKey,
      AWS_SESSION_TOKEN: account.sessionToken,
    }
  }

  it('moves data keys from the environment to KMS and back', async () => {
    await using database = await databases.createMigrated()
    await using kms = await startKms()
    const both = { ...withKms(database, kms), ...configured }
    await importTenants(database, { ...database.variables, ...configured }, credentials)
    expect(JSON.parse((await run(both, 'rotate-keys')).printed.join())).toEqual({
      ...{ rewrapped: 1, left: 0 },
      kids: { [`kms:${first}`]: 1 },
    })
    await using server = await serving(withKms(database, kms))
    expect((await server.resolve('alice', 'storage')).status).toBe(200)
    const back = { ...both, ORCHESTRATOR_KMS_DECRYPT_ONLY: 'true' }
    expect(JSON.parse((await run(back, 'rotate-keys')).printed.join())).toMatchObject({ kids: { old: 1 } })
    await using without = await serving({ ...database.variables, ...configured })
    expect((await without.resolve('alice', 'storage')).status).toBe(200)
  })

  it('answers 503 with Retry-After while KMS refuses, and resolves afterwards', async () => {
    await using database = await databases.createMigrated()
    await using kms = await startKms()
    expect((await importTenants(database, withKms(database, kms), credentials)).code).toBe(0)
    await using server = await serving(withKms(database, kms))
    kms.disable(first)
    const refused = await server.resolve('alice', 'storage')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await refused.json()).toMatchObject({ code: 'secrets_unavailable' })
    expect(server.errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/DisabledException \(400\)\. Digest of the tenant: [0-9a-f]{12}\.$/),
    ])
    kms.enable(first)
    expect((await server.resolve('alice', 'storage')).status).toBe(200)
  })

  it('asks KMS once for many resolutions of a tenant', async () => {
    await using database = await databases.createMigrated()
    await using kms = await startKms()
    await importTenants(database, withKms(database, kms), credentials)
    await using server = await serving(withKms(database, kms))
    const before = kms.calls.length
    await Promise.all(Array.from({ length: 20 }, () => server.resolve('alice', 'storage')))
    expect(kms.calls.length - before).toBe(1)
  })

  it('calls KMS outside of changes, so that a hanging KMS blocks no change', async () => {
    await using database = await databases.createMigrated()
    await using kms = await startKms()
    await using server = await serving(withKms(database, kms))
    const held = Promise.withResolvers<void>()
    kms.interfere(() => ({ kind: 'hold', until: held.promise }))
    const importing = importTenants(database, withKms(database, kms), credentials)
    await eventually(() => expect(kms.calls.length).toBe(1))
    // The change would wait for the import's lock until KMS answers.
    await server.database.change((tx) => tx.selectFrom('tenant').selectAll().execute())
    held.resolve()
    expect((await importing).code).toBe(0)
    expect(kms.calls.length).toBe(1)
  })

  it('changes nothing and names the error when KMS refuses during an import', async () => {
    await using database = await databases.createMigrated()
    await using kms = await startKms()
    kms.disable(first)
    const { code, said } = await importTenants(database, withKms(database, kms), credentials)
    expect(code).toBe(1)
    expect(said.join('\n')).toContain('DisabledException')
    const { read } = await database.opened()
    expect(await read.selectFrom('tenant').selectAll().execute()).toEqual([])
  })

  it('stops a rotation with words when KMS refuses', async () => {
    await using database = await databases.createMigrated()
    await using kms = await startKms()
    await importTenants(database, { ...database.variables, ...configured }, credentials)
    kms.disable(first)
    const rotated = await run({ ...withKms(database, kms), ...configured }, 'rotate-keys')
    expect(rotated).toMatchObject({ code: 1, said: [expect.stringContaining('DisabledException')] })
  })
})
