import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseKeys } from '../../../orchestrator/secrets/configured-keys.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { importTenants, keyText, run, serving } from '../../support/fixtures/secret-store.ts'

const [k1, k2] = [keyText('k1'), keyText('k2')]
const bytesOf = (text: string) => text.slice(text.indexOf(':') + 1)
const credentials = { alice: { storage: { provider: 'dropbox', refresh_token: 'token-of-alice' } } }
const kms = {
  ...{ ORCHESTRATOR_KMS_KEY_ID: 'alias/publisher', AWS_REGION: 'eu-central-1' },
  ...{ AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'canary-of-kms' },
}

describe('ORCHESTRATOR_KEYS', () => {
  it.each([
    ['no key ID', bytesOf(k1)],
    ['31 bytes', `k1:${Buffer.alloc(31, 'canary').toString('base64url')}`],
    ['33 bytes', `k1:${Buffer.alloc(33, 'canary').toString('base64url')}`],
    ['standard base64', `k1:${'+/'.repeat(21)}=`],
    ['a second key without text', `${k1},`],
    ['a key ID twice', `${k1},${k1}`],
    ['a space in the key ID', `k 1:${bytesOf(k1)}`],
  ])('refuses ORCHESTRATOR_KEYS in words without any key when the variable holds %s', (_, text) => {
    const refusal = (() => {
      try {
        return parseKeys(text) && 'accepted'
      } catch (error) {
        return String(error)
      }
    })()
    expect(refusal).toMatch(/ORCHESTRATOR_KEYS (must hold|names a key ID twice)/)
    for (const part of text.split(/[,:]/)) if (part.length > 9) expect(refusal).not.toContain(part)
  })

  it.each([
    [{ NODE_ENV: 'production' }, 'ORCHESTRATOR_KEYS is required'],
    [{ ...kms, AWS_REGION: '' }, 'AWS_REGION is required'],
    [{ ...kms, AWS_SECRET_ACCESS_KEY: '' }, 'AWS_SECRET_ACCESS_KEY is required'],
    [{ ...kms, ORCHESTRATOR_KMS_DECRYPT_ONLY: 'true' }, 'ORCHESTRATOR_KEYS is required'],
    [{ ...kms, ORCHESTRATOR_KMS_URL: 'http://kms.example' }, 'must start with https://'],
    [{ ...kms, ORCHESTRATOR_KMS_KEY_ID: 'canary of kms!' }, 'must hold IDs, ARNs or aliases'],
    [{ ...kms, AWS_REGION: 'canary-of-kms!' }, 'must be a region'],
  ])('refuses the environment in words when it is %j', async (variables, words) => {
    const { code, said } = await run({ ...variables }, 'keys', 'list')
    expect([code, said.join('\n')]).toEqual([1, expect.stringContaining(words)])
    expect(said.join('\n')).not.toContain('canary')
  })
})

describe.each(databaseKinds)('keys of the environment in %s', (kind) => {
  const databases = databasesOf(kind)
  // Starts the server of PostgreSQL outside of the time limit of a test.
  beforeAll(async () => (await databases.createMigrated())[Symbol.asyncDispose]())
  afterAll(databases.close)

  it.each([
    ['the removed key is still needed', k2],
    ['the key ID has other bytes', `k1:${bytesOf(k2)}`],
  ])('answers 503 without any key when %s', async (_, keys) => {
    await using database = await databases.createMigrated()
    await importTenants(database, { ...database.variables, ORCHESTRATOR_KEYS: k1 }, credentials)
    await using server = await serving({ ...database.variables, ORCHESTRATOR_KEYS: keys })
    const refused = await server.resolve('alice', 'storage')
    expect(refused.status).toBe(503)
    const said = `${await refused.text()}${server.errors.join('\n')}`
    for (const part of [bytesOf(k1), bytesOf(k2), 'token-of-alice']) expect(said).not.toContain(part)
    const lines = await server.database.read.selectFrom('audit').select('outcome').execute()
    expect(lines.map(({ outcome }) => outcome)).toContain('unavailable')
  })

  it('encrypts with the first of two keys and opens with both', async () => {
    await using database = await databases.createMigrated()
    await importTenants(database, { ...database.variables, ORCHESTRATOR_KEYS: k1 }, credentials)
    const variables = { ...database.variables, ORCHESTRATOR_KEYS: `${k2},${k1}` }
    await importTenants(database, variables, {
      bob: { storage: { provider: 'dropbox', refresh_token: 'token-of-bob' } },
    })
    await using server = await serving(variables)
    for (const tenant of ['alice', 'bob']) expect((await server.resolve(tenant, 'storage')).status).toBe(200)
    expect(JSON.parse((await run(variables, 'keys', 'list')).printed.join())).toMatchObject({
      used: { k1: 1, k2: 1 },
    })
  })
})
