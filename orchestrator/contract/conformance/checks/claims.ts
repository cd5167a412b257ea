/** Checks of `/v1/claims`, which an orchestrator may lack. Each check deletes the claims that it made. */
import { z } from 'zod'
import type { Check } from '../check.ts'
import { expectStatus, jsonOf, NotApplicable, tenantOf } from '../expectations.ts'
import { callClaims, type Subject } from '../subject.ts'

const claimSchema = z.object({
  key: z.string(),
  holder: z.string(),
  version: z.union([z.string(), z.number()]),
  record: z.unknown(),
  created_at: z.iso.datetime({ offset: true }),
  expires_at: z.iso.datetime({ offset: true }),
})

type Claim = z.output<typeof claimSchema>

/** Concurrent creators of one claim. */
const racers = 20
const unknownVersion = 'a-version-that-never-was'

export const claimsChecks: readonly Check[] = [
  {
    name: 'creates a claim with 201, and answers a second creator with 409 and the first claim',
    why: 'The publisher could not tell who holds a claim, so it could publish a photo twice or never.',
    run: (subject) =>
      withKey(subject, async (key) => {
        const body = { ...creation(key), record: { photo: 'one' } }
        const created = await claimIn(await create(subject, body), 201)
        if (created.holder !== body.holder) throw new Error('the claim has another holder')
        const taken = await claimIn(
          await create(subject, { ...creation(key), record: { photo: 'two' } }),
          409,
        )
        expectSameClaim(taken, created)
        expectSameClaim(await claimIn(await callClaims(subject, { method: 'GET', key }), 200), created)
        if (JSON.stringify(taken.record) !== JSON.stringify(body.record))
          throw new Error('the record changed')
      }),
  },
  {
    name: `lets exactly 1 of ${racers} concurrent callers create a claim`,
    why: 'Several processes would publish the same photo.',
    run: (subject) =>
      withKey(subject, async (key) => {
        const answers = await Promise.all(
          Array.from({ length: racers }, () => create(subject, creation(key))),
        )
        const created = answers.filter(({ status }) => status === 201).length
        if (created !== 1) throw new Error(`${created} callers got 201`)
        if (answers.some(({ status }) => status !== 201 && status !== 409))
          throw new Error('a caller got another status than 201 and 409')
      }),
  },
  {
    name: 'replaces a claim only at its current version, and answers 409 with the current claim otherwise',
    why: 'A late process could replace the receipt of a post.',
    run: (subject) =>
      withKey(subject, async (key) => {
        const { version } = await claimIn(await create(subject, creation(key)), 201)
        const put = (body: unknown) => callClaims(subject, { method: 'PUT', key, body })
        const next = await claimIn(await put({ version, record: { photo: 'next' } }), 200)
        if (next.version === version) throw new Error('the version stayed the same')
        const refused = await claimIn(await put({ version, record: { photo: 'late' } }), 409)
        expectSameClaim(refused, next)
        if (JSON.stringify(refused.record) !== '{"photo":"next"}') throw new Error('the record changed')
      }),
  },
  {
    name: 'answers calls for a missing claim with 404',
    why: 'The publisher would take a free photo for a claimed photo.',
    run: async (subject) => {
      await withKey(subject, async (key) => {
        await create(subject, creation(key))
      })
      const key = freshKey()
      expectStatus(await callClaims(subject, { method: 'GET', key }), 404)
      const body = { version: unknownVersion, record: null }
      expectStatus(await callClaims(subject, { method: 'PUT', key, body }), 404, 'the replacement')
    },
  },
  {
    name: 'deletes a claim only at its current version, and accepts the deletion a second time',
    why: 'A process could delete the claim of another process.',
    run: (subject) =>
      withKey(subject, async (key) => {
        const { version } = await claimIn(await create(subject, creation(key)), 201)
        const remove = (query: string, headers = {}) =>
          callClaims(subject, { method: 'DELETE', key, query, headers })
        const kept = await claimIn(await remove(`?version=${unknownVersion}`), 409)
        if (kept.version !== version) throw new Error('the 409 has another version')
        expectStatus(await remove('', { 'if-match': `"${version}"` }), 204)
        expectStatus(await remove(`?version=${version}`), 204, 'the second deletion')
        expectStatus(await callClaims(subject, { method: 'GET', key }), 404, 'the deleted claim')
      }),
  },
  {
    name: 'hides a claim from other tenants',
    why: 'A tenant could block or read the posts of another tenant.',
    run: async (subject) => {
      const { otherHost } = subject
      if (!otherHost) throw new NotApplicable('needs --other-host')
      const tenant = tenantOf(otherHost)
      await withKey(subject, async (key) => {
        const { version } = await claimIn(await create(subject, creation(key)), 201)
        expectStatus(await callClaims(subject, { method: 'GET', key, tenant }), 404)
        const query = `?version=${version}`
        await callClaims(subject, { method: 'DELETE', key, tenant, query })
        expectStatus(await callClaims(subject, { method: 'GET', key }), 200, 'the claim of the first tenant')
      })
    },
  },
  {
    name: 'refuses claims with 400 without X-Tenant, and with 404 for an unknown tenant',
    why: 'Tenants would share claims.',
    run: async (subject) => {
      await withKey(subject, async (key) => {
        await create(subject, creation(key))
      })
      const unknown = `unbound-${crypto.randomUUID().slice(0, 8)}`
      for (const [tenant, status] of [
        [null, 400],
        [unknown, 404],
      ] as const) {
        const body = creation(freshKey())
        expectStatus(await callClaims(subject, { method: 'POST', tenant, body }), status)
      }
    },
  },
  {
    name: 'refuses claims with 403 for a wrong token',
    why: 'Strangers could stop tenants from publishing.',
    run: async (subject) => {
      await withKey(subject, async (key) => {
        await create(subject, creation(key))
      })
      const headers = { authorization: 'Bearer not-a-token-of-this-orchestrator' }
      const key = freshKey()
      expectStatus(await callClaims(subject, { method: 'POST', body: creation(key), headers }), 403)
      expectStatus(await callClaims(subject, { method: 'GET', key, headers }), 403)
    },
  },
]

/** Returns an unused key. It has a slash, like the publisher's keys. */
function freshKey(): string {
  return `conformance/${crypto.randomUUID()}`
}

function creation(key: string) {
  return { key, holder: crypto.randomUUID(), ttl_seconds: 60 }
}

/** Creates a claim. Throws `NotApplicable` for a 404, because claims are optional. */
async function create(subject: Subject, body: unknown): Promise<Response> {
  const response = await callClaims(subject, { method: 'POST', body })
  if (response.status === 404) throw new NotApplicable('the orchestrator offers no claims')
  return response
}

/** Runs a check with an unused key, and deletes the claim afterwards. */
async function withKey(subject: Subject, run: (key: string) => Promise<void>): Promise<void> {
  const key = freshKey()
  try {
    await run(key)
  } finally {
    const left = await callClaims(subject, { method: 'GET', key })
    if (left.status === 200) {
      const { version } = await claimIn(left, 200)
      await callClaims(subject, { method: 'DELETE', key, query: `?version=${version}` })
    }
  }
}

async function claimIn(response: Response, status: number): Promise<Claim> {
  expectStatus(response, status)
  const { data } = claimSchema.safeParse(await jsonOf(new Response(response.body)))
  if (!data) throw new Error('the answer is not a claim')
  return data
}

function expectSameClaim(claim: Claim, expected: Claim): void {
  const differs = claim.key !== expected.key || claim.holder !== expected.holder
  if (differs || claim.version !== expected.version) throw new Error('the answer is another claim')
}
