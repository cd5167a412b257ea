import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { createMemoryClaims } from '../../orchestrator/claims/memory-claims.ts'
import { createSqlClaims } from '../../orchestrator/claims/sql-claims.ts'
import { openSqliteClaims } from '../../orchestrator/claims/sqlite-claims.ts'
import type { AuditLine } from '../../orchestrator/contract/audit.ts'
import type { ClaimStore } from '../../orchestrator/contract/claim-store.ts'
import type { NotedClaims } from '../../orchestrator/contract/ports.ts'
import { databaseKinds } from '../support/fixtures/databases.ts'
import { type DatabaseReferences, referencesOn } from '../support/fixtures/reference-planes.ts'

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'orchestrator-claims-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Opens `count` stores that share their claims, as processes do where the store allows that. */
type Open = (count: number, now?: () => number) => Promise<ClaimStore[]>

const kinds: Record<string, Open> = {
  memory: async (count, now = Date.now) => {
    const store = createMemoryClaims({ now })
    return Array.from({ length: count }, () => store)
  },
  SQLite: async (count, now) => {
    const folder = await freshFolder()
    const stores = Array.from({ length: count }, () => openSqliteClaims(join(folder, 'claims'), now))
    onTestFinished(() => {
      for (const store of stores) store.close()
    })
    return stores
  },
}

/** Opens stores on one database, each with connections of its own. */
const inDatabase =
  (references: DatabaseReferences): Open =>
  async (count, now) => {
    const own = await references.filledDatabase()
    return Promise.all(
      Array.from({ length: count }, async () => withoutNotes(createSqlClaims(await own.opened(), now))),
    )
  }

const databases = databaseKinds.map((kind) => [kind, referencesOn(kind)] as const)
for (const [kind, ofKind] of databases) kinds[`the database ${kind}`] = inDatabase(ofKind)
afterAll(async () => {
  for (const [, ofKind] of databases) await ofKind.close()
})

/** Gives claims with audit lines the interface of a plain store. */
function withoutNotes(claims: NotedClaims): ClaimStore {
  const note = (outcome: string): AuditLine => ({
    time: '2026-01-05T00:00:00.000Z',
    request_id: 'r',
    action: 'claims.create',
    tenant: 'alice',
    outcome,
  })
  return {
    create: (tenant, claim) => claims.create(tenant, claim, note),
    read: claims.read,
    replace: (tenant, replacement) => claims.replace(tenant, replacement, note),
    delete: (tenant, key, version) => claims.delete(tenant, key, version, note),
  }
}

const wanted = (key: string, holder = 'h', record: unknown = null) => ({
  key,
  holder,
  record,
  ttlSeconds: 60,
})

/** A negative zero becomes 0 in JSON. */
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)))

describe.each(Object.entries(kinds))('claims in %s', (_kind, open) => {
  const openOne = async (now?: () => number) => {
    const [store] = await open(1, now)
    if (!store) throw new TypeError('unreachable')
    return store
  }

  it('creates a claim once, and shows the same claim to everyone', async () => {
    const store = await openOne(() => Date.UTC(2026, 0, 5))
    const created = await store.create('alice', wanted('a/b.json', 'first', { state: 'claimed' }))
    expect(created).toEqual({
      outcome: 'created',
      claim: {
        key: 'a/b.json',
        holder: 'first',
        version: expect.any(String),
        record: { state: 'claimed' },
        created_at: '2026-01-05T00:00:00.000Z',
        expires_at: '2026-01-05T00:01:00.000Z',
      },
    })
    const claim = 'claim' in created ? created.claim : null
    expect(await store.create('alice', wanted('a/b.json', 'second'))).toEqual({ outcome: 'taken', claim })
    expect(await store.read('alice', 'a/b.json')).toEqual(claim)
  })

  it('keeps the claims of tenants apart', async () => {
    const store = await openOne()
    await store.create('alice', wanted('k', 'of alice'))
    expect(await store.read('bob', 'k')).toBeNull()
    expect(await store.create('bob', wanted('k', 'of bob'))).toMatchObject({ outcome: 'created' })
    expect(await store.read('alice', 'k')).toMatchObject({ holder: 'of alice' })
  })

  it('keeps an expired claim until a caller with its version changes it', async () => {
    let now = Date.UTC(2026, 0, 5)
    const store = await openOne(() => now)
    await store.create('alice', wanted('k', 'first'))
    now += 86_400_000
    const taken = await store.create('alice', wanted('k', 'second'))
    expect(taken).toMatchObject({ outcome: 'taken', claim: { holder: 'first' } })
    const version = 'claim' in taken ? taken.claim.version : ''
    const replacement = { key: 'k', version, record: 1, holder: 'second', ttlSeconds: 60 }
    expect(await store.replace('alice', replacement)).toMatchObject({
      outcome: 'replaced',
      claim: {
        holder: 'second',
        created_at: '2026-01-05T00:00:00.000Z',
        expires_at: '2026-01-06T00:01:00.000Z',
      },
    })
  })

  it('refuses a version of a claim that was deleted and created again', async () => {
    const store = await openOne()
    const first = await store.create('alice', wanted('k'))
    const version = 'claim' in first ? first.claim.version : ''
    await store.delete('alice', 'k', version)
    await store.create('alice', wanted('k', 'another'))
    expect(await store.replace('alice', { key: 'k', version, record: 1 })).toMatchObject({
      outcome: 'changed',
      claim: { holder: 'another' },
    })
    expect(await store.delete('alice', 'k', version)).toMatchObject({ outcome: 'changed' })
    expect(await store.read('alice', 'k')).toMatchObject({ holder: 'another', record: null })
  })

  it('counts a missing claim as deleted, and cannot replace it', async () => {
    const store = await openOne()
    expect(await store.delete('alice', 'k', 'v')).toEqual({ outcome: 'deleted' })
    expect(await store.replace('alice', { key: 'k', version: 'v', record: 1 })).toEqual({
      outcome: 'missing',
    })
  })

  it('keeps any JSON and any key unchanged', async () => {
    const store = await openOne()
    let runs = 0
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), json, async (rest, record) => {
        // A key of an earlier run would be taken.
        const key = `${runs++} ${rest}`
        await store.create('alice', wanted(key, 'h', record))
        expect(await store.read('alice', key)).toMatchObject({ key, record })
      }),
      { numRuns: 50 },
    )
  })

  it('agrees with a model for random calls of several callers that hold old versions', async () => {
    const action = fc.record({
      kind: fc.constantFrom('create', 'replace', 'delete' as const),
      caller: fc.nat(2),
      name: fc.constantFrom('one', 'two'),
    })
    const stores = await open(3)
    let runs = 0
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
        const run = runs++
        /** Claims as they must be, and the versions that each caller saw last. */
        const model = new Map<string, { version: string; record: unknown }>()
        const seen = new Map<string, string>()
        for (const [step, { kind, caller, name }] of actions.entries()) {
          const key = `${run} ${name}`
          const store = stores[caller]
          const known = seen.get(`${caller} ${key}`) ?? 'never-seen'
          const current = model.get(key)
          if (!store) continue
          if (kind === 'create') {
            const answer = await store.create('alice', wanted(key, String(caller), step))
            expect(answer.outcome).toBe(current ? 'taken' : 'created')
            if ('claim' in answer) {
              seen.set(`${caller} ${key}`, answer.claim.version)
              if (!current) model.set(key, { version: answer.claim.version, record: step })
            }
          } else if (kind === 'replace') {
            const answer = await store.replace('alice', { key, version: known, record: step })
            const isCurrent = current?.version === known
            expect(answer.outcome).toBe(current ? (isCurrent ? 'replaced' : 'changed') : 'missing')
            if (isCurrent && 'claim' in answer) {
              seen.set(`${caller} ${key}`, answer.claim.version)
              model.set(key, { version: answer.claim.version, record: step })
            }
          } else {
            const answer = await store.delete('alice', key, known)
            expect(answer.outcome).toBe(current && current.version !== known ? 'changed' : 'deleted')
            if (answer.outcome === 'deleted') model.delete(key)
          }
          for (const key of [`${run} one`, `${run} two`]) {
            const expected = model.get(key)
            const found = await store.read('alice', key)
            expect(found && { version: found.version, record: found.record }).toEqual(expected ?? null)
          }
        }
      }),
      { numRuns: 25 },
    )
  })

  it('lets one of many concurrent callers win, for creations and for replacements of one version', async () => {
    const stores = await open(4)
    const created = await Promise.all(
      stores.flatMap((store) => [1, 2, 3].map((n) => store.create('alice', wanted('k', `h${n}`)))),
    )
    expect(created.filter(({ outcome }) => outcome === 'created')).toHaveLength(1)
    const version = (await stores[0]?.read('alice', 'k'))?.version ?? ''
    const replaced = await Promise.all(
      stores.flatMap((store) =>
        [1, 2, 3].map((record) => store.replace('alice', { key: 'k', version, record })),
      ),
    )
    expect(replaced.filter(({ outcome }) => outcome === 'replaced')).toHaveLength(1)
  })
})

describe.each(databases)('claims in the database %s', (_kind, ofKind) => {
  it('lets one of two connections create each of 40 claims, and loses no counted replacement', async () => {
    const [first, second] = await inDatabase(ofKind)(2)
    if (!first || !second) throw new TypeError('unreachable')
    const racers = [first, second].map(async (store, holder) => {
      let created = 0
      for (let round = 0; round < 40; round++) {
        const answer = await store.create('alice', wanted(`photo-${round}`, String(holder)))
        if (answer.outcome === 'created') created++
        await count(store)
      }
      return created
    })
    const [ofFirst = 0, ofSecond = 0] = await Promise.all(racers)
    expect(ofFirst + ofSecond).toBe(40)
    expect(await first.read('alice', 'counter')).toMatchObject({ record: 80 })
  })
})

/** Adds 1 to a claim by compare-and-set, as often as needed. */
async function count(store: ClaimStore): Promise<void> {
  const start = await store.create('alice', wanted('counter', 'h', 0))
  let claim = start.outcome === 'full' ? undefined : start.claim
  while (claim) {
    const record = Number(claim.record) + 1
    const replaced = await store.replace('alice', { key: 'counter', version: claim.version, record })
    claim = replaced.outcome === 'changed' ? replaced.claim : undefined
  }
}

describe('claims in memory', () => {
  it('refuses claims beyond the bounds of a tenant, and counts deleted and replaced claims correctly', async () => {
    const store = createMemoryClaims({ maxClaims: 2, maxLength: 1000 })
    await store.create('alice', wanted('one'))
    const second = await store.create('alice', wanted('two'))
    const version = 'claim' in second ? second.claim.version : ''
    expect(await store.create('alice', wanted('three'))).toEqual({ outcome: 'full' })
    expect(await store.create('bob', wanted('three'))).toMatchObject({ outcome: 'created' })
    const long = { key: 'two', version, record: 'x'.repeat(1000) }
    expect(await store.replace('alice', long)).toEqual({ outcome: 'full' })
    expect(await store.read('alice', 'two')).toMatchObject({ version, record: null })
    await store.delete('alice', 'two', version)
    expect(await store.create('alice', wanted('three'))).toMatchObject({ outcome: 'created' })
  })
})

const script = fileURLToPath(new URL('../support/fixtures/claims-process.ts', import.meta.url))

describe('claims in SQLite, of several processes', () => {
  it('keeps the file for its owner alone', async () => {
    const folder = join(await freshFolder(), 'claims')
    openSqliteClaims(folder).close()
    expect((await stat(join(folder, 'claims.db'))).mode & 0o777).toBe(0o600)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })

  it('lets exactly one of three processes create each claim, and loses no counted replacement', async () => {
    const folder = await freshFolder()
    const children = [1, 2, 3].map((holder) =>
      spawn(process.execPath, [script], {
        env: { CLAIMS_DIR: folder, HOLDER: String(holder), ROUNDS: '40' },
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    )
    const outputs = await Promise.all(children.map(({ stdout }) => text(stdout)))
    const results = outputs.map((output): { created: number; counted: number } =>
      JSON.parse(output.split('\n').at(-2) ?? ''),
    )
    expect(results.reduce((sum, { created }) => sum + created, 0)).toBe(40)
    const store = openSqliteClaims(folder)
    const counted = results.reduce((sum, result) => sum + result.counted, 0)
    expect(await store.read('alice', 'counter')).toMatchObject({ record: counted })
    expect(counted).toBe(120)
    store.close()
  }, 60_000)

  it('keeps every answered change and no half claim when a process is killed', async () => {
    const folder = await freshFolder()
    const child = spawn(process.execPath, [script], {
      env: { CLAIMS_DIR: folder, HOLDER: 'killed', ROUNDS: '1000000' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let answered = 0
    for await (const line of createInterface({ input: child.stdout })) {
      answered = Number(line)
      if (answered === 50) break
    }
    child.kill('SIGKILL')
    await once(child, 'exit')
    const store = openSqliteClaims(folder)
    for (let round = 1; round <= answered; round++) {
      expect(await store.read('alice', `photo-${round}`)).toMatchObject({ record: { round } })
    }
    expect(await store.create('alice', wanted('afterwards'))).toMatchObject({ outcome: 'created' })
    store.close()
  }, 60_000)
})
