/** Checks of `/v1/credentials/resolve`. */
import { z } from 'zod'
import { credentialsSchema } from '../../../../src/contract/credentials.ts'
import { withoutNulls } from '../../../../src/contract/runtime-answer.ts'
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
    name: 'answers a call for credentials without X-Tenant with 400',
    why: 'The orchestrator would have to guess the tenant.',
    run: async (subject) => {
      const body = JSON.stringify({ credentials_ref: subject.credentialsRefs?.[0] ?? unknownRef() })
      expectStatus(await post(subject, resolvePath, body), 400)
      expectStatus(
        await post(subject, resolvePath, body, { 'x-tenant': '' }),
        400,
        'the call with an empty X-Tenant',
      )
    },
  },
  {
    name: 'answers a call for credentials without a reference with 400',
    why: 'A caller’s mistake would look like a deleted reference.',
    run: async (subject) => {
      for (const body of ['', '{', '[]', '{}', '{"credentials_ref": 17}', '{"credentials_ref": ""}']) {
        const response = await post(subject, resolvePath, body, { 'x-tenant': tenantOf(subject.host) })
        expectStatus(response, 400, `the call with a body of ${body.length} characters`)
      }
    },
  },
  {
    name: 'answers an unknown reference with 404',
    why: 'The publisher would retry any other answer, or treat it as an outage.',
    run: async (subject) => {
      expectStatus(await resolve(subject, tenantOf(subject.host), unknownRef()), 404)
      expectStatus(
        await resolve(subject, tenantOf(subject.host), '__proto__'),
        404,
        'the reference "__proto__"',
      )
    },
  },
  {
    name: 'resolves references to credentials that the publisher understands',
    why: 'The tenant’s storage or platform would fail.',
    run: async (subject) => {
      for (const [place, response] of await resolveAll(subject)) {
        const parsed = credentialsSchema.safeParse(withoutNulls(await jsonOf(response)))
        if (!parsed.success) throw new Error(`${place} is ${wrongFields(parsed.error)}`)
      }
    },
  },
  {
    name: 'sends credentials with Cache-Control: no-store',
    why: 'A proxy between the two programs could store a secret.',
    run: async (subject) => {
      for (const [place, response] of await resolveAll(subject)) {
        expectStatus(response, 200, place)
        const directives =
          response.headers
            .get('cache-control')
            ?.toLowerCase()
            .split(/[\s,]+/) ?? []
        if (!directives.includes('no-store')) throw new Error(`${place} is sent without the header`)
      }
    },
  },
  {
    name: 'sends a version with credentials',
    why: 'The publisher could not notice a rotated secret.',
    run: async (subject) => {
      for (const [place, response] of await resolveAll(subject)) {
        if (!versionSchema.safeParse(await jsonOf(response)).success)
          throw new Error(`${place} has no version`)
      }
    },
  },
  {
    name: 'sends no resolved secret in the configuration',
    why: 'Configurations are cached, shared between processes, and read by operators.',
    run: async (subject) => {
      const config = JSON.stringify(await jsonOf(await askByHost(subject, subject.host)))
      for (const [place, response] of await resolveAll(subject)) {
        const parsed = credentialsSchema.safeParse(withoutNulls(await jsonOf(response)))
        for (const secret of parsed.success ? secretValues(parsed.data) : []) {
          if (config.includes(JSON.stringify(secret).slice(1, -1)))
            throw new Error(`the configuration contains a secret of ${place}`)
        }
      }
    },
  },
  {
    name: 'answers another tenant’s reference like an unknown reference, with 404',
    why: 'A tenant could read the secrets of another tenant.',
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
    name: 'answers any reference of an unknown tenant with 404',
    why: 'A tenant could read the secrets of another tenant.',
    run: async (subject) => {
      const [ref = unknownRef()] = subject.credentialsRefs ?? []
      const tenant = tenantOf(subject.host)
      const names = [
        `unbound-${crypto.randomUUID().slice(0, 8)}`,
        '__proto__',
        `${tenant}, ${tenant}`,
        `${tenant}.`,
      ]
      for (const name of names) {
        const response = await resolve(subject, name, ref)
        // 400 is accepted, too: no credentials are returned.
        if (response.status !== 400) expectStatus(response, 404)
      }
    },
  },
]

/** Resolves all given references. Names them by position, since references must not be printed. */
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

/** Returns the values that the publisher treats as secrets. Skips values under 8 characters, which could occur anywhere by chance. */
function secretValues(credentials: z.output<typeof credentialsSchema>): string[] {
  return Object.values(credentials)
    .flatMap((value) => (typeof value === 'object' ? [value.reveal()] : []))
    .filter((text) => text.length >= 8)
}
