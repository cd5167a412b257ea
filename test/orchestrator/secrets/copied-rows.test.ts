import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DatabaseOfTest, databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { importTenants, keyText, serving } from '../../support/fixtures/secret-store.ts'

const secrets = {
  alice: {
    storage: { provider: 'dropbox', refresh_token: 'canary-storage-of-alice' },
    spare: { provider: 'dropbox', refresh_token: 'canary-spare-of-alice' },
    mail: { provider: 'smtp', password: 'canary-mail-of-alice' },
  },
  bob: {
    storage: { provider: 'dropbox', refresh_token: 'canary-storage-of-bob' },
    mail: { provider: 'smtp', password: 'canary-mail-of-bob' },
  },
}
const places = Object.entries(secrets).flatMap(([tenant, byRef]) =>
  Object.keys(byRef).map((ref) => ({ tenant, ref })),
)

/** Repeatable pseudo-random whole numbers below `n` (a linear congruential generator). */
function randomOf(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

describe.each(databaseKinds)('copied rows in %s', (kind) => {
  const databases = databasesOf(kind)
  // Starts the server of PostgreSQL outside of the time limit of a test.
  beforeAll(async () => (await databases.createMigrated())[Symbol.asyncDispose]())
  afterAll(databases.close)

  async function filled(database: DatabaseOfTest) {
    const variables = { ...database.variables, ORCHESTRATOR_KEYS: keyText('k1') }
    await importTenants(database, variables, secrets)
    return variables
  }

  /** Resolves all places and returns each status with the canaries in the answer. */
  async function readAll(variables: Record<string, string | undefined>) {
    await using server = await serving(variables)
    const answers = []
    for (const { tenant, ref } of places) {
      const response = await server.resolve(tenant, ref)
      const canaries = (await response.text()).match(/canary-[\w-]+/g) ?? []
      answers.push({ status: response.status, canaries, own: `canary-${ref}-of-${tenant}` })
    }
    const said = server.errors.map((error) => `${error.message} ${String(error.cause)}`).join('\n')
    return { answers, said }
  }

  it('opens each value at its own place', async () => {
    await using database = await databases.createMigrated()
    const { answers } = await readAll(await filled(database))
    for (const { status, canaries, own } of answers) expect([status, canaries]).toEqual([200, [own]])
  })

  it.each([
    ['another tenant', { tenant: 'alice', ref: 'storage' }, { tenant: 'bob', ref: 'storage' }, {}],
    ['another reference', { tenant: 'alice', ref: 'storage' }, { tenant: 'alice', ref: 'spare' }, {}],
    [
      'another provider',
      { tenant: 'alice', ref: 'storage' },
      { tenant: 'alice', ref: 'storage' },
      { provider: 'gdrive' },
    ],
  ])('answers 503 when a value is copied to %s', async (_, from, to, change) => {
    await using database = await databases.createMigrated()
    const variables = await filled(database)
    await (await database.opened()).change(async (tx) => {
      const { value, data_key } = await tx
        .selectFrom('credential')
        .select(['value', 'data_key'])
        .where('tenant', '=', from.tenant)
        .where('ref', '=', from.ref)
        .executeTakeFirstOrThrow()
      await tx
        .updateTable('credential')
        .set({ value, data_key, ...change })
        .where('tenant', '=', to.tenant)
        .where('ref', '=', to.ref)
        .execute()
      // A data key of the other tenant may be copied too.
      const key = await tx
        .selectFrom('data_key')
        .selectAll()
        .where('id', '=', data_key)
        .executeTakeFirstOrThrow()
      if (from.tenant !== to.tenant) await tx.deleteFrom('data_key').where('id', '=', data_key).execute()
      if (from.tenant !== to.tenant)
        await tx
          .insertInto('data_key')
          .values({ ...key, tenant: to.tenant })
          .execute()
    })
    await using server = await serving(variables)
    const response = await server.resolve(to.tenant, to.ref)
    expect(response.status).toBe(503)
    expect(await response.text()).not.toContain('canary')
  })

  it('reveals no secret at a foreign place after any random swap of columns', async () => {
    await using database = await databases.createMigrated()
    const variables = await filled(database)
    const opened = await database.opened()
    const original = {
      credential: await opened.read.selectFrom('credential').selectAll().execute(),
      data_key: await opened.read.selectFrom('data_key').selectAll().execute(),
    }
    const random = randomOf(17)
    const pick = <T>(list: readonly T[]): T => {
      const picked = list[random(list.length)]
      if (picked === undefined) throw new Error('The list is empty.')
      return picked
    }
    const refused = new Set<number>()
    for (let round = 0; round < 15; round++) {
      const credentials = original.credential.map((row) => {
        const donor = pick(original.credential)
        const columns = random(8)
        return {
          ...row,
          ...(columns & 1 && { value: donor.value }),
          ...(columns & 2 && { data_key: donor.data_key }),
          ...(columns & 4 && { provider: donor.provider }),
        }
      })
      const keys = original.data_key.map((row) => {
        const donor = pick(original.data_key)
        return {
          ...row,
          ...(random(2) && { wrapped: donor.wrapped }),
          ...(random(2) && { tenant: donor.tenant }),
        }
      })
      await opened.change(async (tx) => {
        await tx.deleteFrom('credential').execute()
        await tx.deleteFrom('data_key').execute()
        await tx.insertInto('credential').values(credentials).execute()
        await tx.insertInto('data_key').values(keys).execute()
      })
      const { answers, said } = await readAll(variables)
      expect(said).not.toContain('canary')
      for (const { status, canaries, own } of answers) {
        if (status === 200) expect(canaries).toEqual([own])
        else expect(canaries).toEqual([])
        refused.add(status)
      }
    }
    expect([...refused].toSorted()).toEqual([200, 503])
  })

  it('opens no webhook secret at another webhook', async () => {
    await using database = await databases.createMigrated()
    const variables = await filled(database)
    await using server = await serving(variables)
    const place = (ref: string) => ({ tenant: 'alice', ref, provider: 'webhook' })
    const sealed = await server.database.change((tx) => server.envelope.seal(tx, place('one'), 'canary-hook'))
    expect(await server.envelope.open(sealed, place('one'))).toBe('canary-hook')
    for (const foreign of [
      place('two'),
      { ...place('one'), tenant: 'bob' },
      { ...place('one'), provider: 's3' },
    ])
      await expect(server.envelope.open(sealed, foreign)).rejects.toThrow(/stored value|data key/)
  })
})
