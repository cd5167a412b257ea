/** Checks about `/v1/credentials/resolve`. */
import { z } from 'zod'
import { credentialsSchema } from '../../../src/contract/credentials.ts'
import { withoutNulls } from '../../../src/contract/runtime-answer.ts'
import type { Check } from '../check.ts'
import {
  expectSame,
  expectStatus,
  jsonOf,
  NotApplicable,
  tenantOf,
  unknownRef,
  wrongFields,
} from '../expectations.ts'
import { askByHost, post, resolve, resolvePath, type Subject } from '../subject.ts'

const versionSchema = z.looseObject({ version: z.string().min(1) })

export const credentialsChecks: readonly Check[] = [
  {
    name: 'credentials without X-Tenant are 400',
    why: 'Whose credentials are meant must never be guessed.',
    run: async (subject) => {
      const body = JSON.stringify({ credentials_ref: subject.credentialsRefs?.[0] ?? unknownRef() })
      expectStatus(await post(subject, resolvePath, body), 400)
      expectStatus(await post(subject, resolvePath, body, { 'x-tenant': '' }), 400, 'an empty one')
    },
  },
  {
    name: 'credentials without a reference are 400',
    why: 'A caller’s mistake must not look like a reference that is gone.',
    run: async (subject) => {
      for (const body of ['', '{', '[]', '{}', '{"credentials_ref": 17}', '{"credentials_ref": ""}']) {
        const response = await post(subject, resolvePath, body, { 'x-tenant': tenantOf(subject.host) })
        expectStatus(response, 400, `a body of ${body.length} characters`)
      }
    },
  },
  {
    name: 'an unknown reference is 404',
    why: 'Anything else is retried or taken for an outage.',
    run: async (subject) => {
      expectStatus(await resolve(subject, tenantOf(subject.host), unknownRef()), 404)
      expectStatus(await resolve(subject, tenantOf(subject.host), '__proto__'), 404, 'the name "__proto__"')
    },
  },
  {
    name: 'a reference resolves to what the publisher understands',
    why: 'The tenant’s storage or channel would be out of order.',
    run: async (subject) => {
      for (const [place, response] of await resolveAll(subject)) {
        const parsed = credentialsSchema.safeParse(withoutNulls(await jsonOf(response)))
        if (!parsed.success) throw new Error(`${place} is ${wrongFields(parsed.error)}`)
      }
    },
  },
  {
    name: 'credentials are sent with Cache-Control: no-store',
    why: 'Nothing between the two programs may keep a secret.',
    run: async (subject) => {
      for (const [place, response] of await resolveAll(subject)) {
        expectStatus(response, 200, place)
        const directives =
          response.headers
            .get('cache-control')
            ?.toLowerCase()
            .split(/[\s,]+/) ?? []
        if (!directives.includes('no-store')) throw new Error(`${place} has no such header`)
      }
    },
  },
  {
    name: 'credentials have a version',
    why: 'It tells a rotated secret from the one before.',
    run: async (subject) => {
      for (const [place, response] of await resolveAll(subject)) {
        if (!versionSchema.safeParse(await jsonOf(response)).success) throw new Error(`${place} has none`)
      }
    },
  },
  {
    name: 'no resolved secret stands in the configuration',
    why: 'The configuration is cached, shared between processes and read by operators.',
    run: async (subject) => {
      const config = JSON.stringify(await jsonOf(await askByHost(subject, subject.host)))
      for (const [place, response] of await resolveAll(subject)) {
        const parsed = credentialsSchema.safeParse(withoutNulls(await jsonOf(response)))
        for (const secret of parsed.success ? secretValues(parsed.data) : []) {
          if (config.includes(JSON.stringify(secret).slice(1, -1)))
            throw new Error(`a secret of ${place} does`)
        }
      }
    },
  },
  {
    name: 'another tenant’s reference is 404, like an unknown one',
    why: 'One tenant would get at the secrets of another.',
    run: async (subject) => {
      const { otherHost, credentialsRefs = [] } = subject
      if (!otherHost || credentialsRefs.length === 0) {
        throw new NotApplicable('needs --other-host and --credentials-ref')
      }
      for (const [index, ref] of credentialsRefs.entries()) {
        const foreign = await resolve(subject, tenantOf(otherHost), ref)
        expectStatus(foreign, 404, `reference ${index + 1}`)
        await expectSame(foreign, await resolve(subject, tenantOf(otherHost), unknownRef()))
      }
    },
  },
  {
    name: 'a tenant that does not exist has no references: 404',
    why: 'The same.',
    run: async (subject) => {
      const [ref = unknownRef()] = subject.credentialsRefs ?? []
      const tenant = tenantOf(subject.host)
      const names = [
        `nobody-${crypto.randomUUID().slice(0, 8)}`,
        '__proto__',
        `${tenant}, ${tenant}`,
        `${tenant}.`,
      ]
      for (const name of names) {
        const response = await resolve(subject, name, ref)
        // 400 is as good: what matters is that nothing is given.
        if (response.status !== 400) expectStatus(response, 404)
      }
    },
  },
]

/** Each given reference with its answer, under a name that may be printed. */
async function resolveAll(subject: Subject): Promise<[place: string, Response][]> {
  const { host, credentialsRefs = [] } = subject
  if (credentialsRefs.length === 0) throw new NotApplicable('needs --credentials-ref')
  return Promise.all(
    credentialsRefs.map(
      async (ref, index): Promise<[string, Response]> => [
        `reference ${index + 1}`,
        await resolve(subject, tenantOf(host), ref),
      ],
    ),
  )
}

/** What the publisher wraps as secret. Too short ones could stand anywhere by chance. */
function secretValues(credentials: z.output<typeof credentialsSchema>): string[] {
  return Object.values(credentials)
    .flatMap((value) => (typeof value === 'object' ? [value.reveal()] : []))
    .filter((text) => text.length >= 8)
}
