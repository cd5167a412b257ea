/** Checks of access: tokens and request ids. */
import type { Check } from '../check.ts'
import { expectRuntimeAnswer, expectStatus, tenantOf, unknownRef } from '../expectations.ts'
import { askByHost, getByHost, postByHost, resolve, type Subject } from '../subject.ts'

const wrong = { authorization: 'Bearer not-a-token-of-this-orchestrator' }
const none = { authorization: null }

export const accessChecks: readonly Check[] = [
  {
    name: 'refuses a configuration with 403 without a token',
    why: 'Anyone could read the configurations of tenants.',
    run: (subject) => expectRefused(subject, none),
  },
  {
    name: 'refuses a configuration with 403 for a wrong token',
    why: 'The publisher tries its second token only after a 403, so token rotation would fail.',
    run: (subject) => expectRefused(subject, wrong),
  },
  {
    name: 'accepts the token only as a whole bearer token',
    why: 'Part of a token, or a token in another scheme, would give access.',
    run: async (subject) => {
      for (const authorization of [
        subject.token,
        `Basic ${subject.token}`,
        `Bearer ${subject.token.slice(0, -1)}`,
        `Bearer ${subject.token}x`,
        `Bearer ${subject.token},${subject.token}`,
      ]) {
        expectStatus(await askByHost(subject, subject.host, { authorization }), 403)
      }
    },
  },
  {
    name: 'refuses credentials with 403 without a token and for a wrong token',
    why: 'Anyone could read the secrets of tenants.',
    run: async (subject) => {
      const ref = subject.credentialsRefs?.[0] ?? unknownRef()
      expectStatus(await resolve(subject, tenantOf(subject.host), ref, none), 403)
      expectStatus(await resolve(subject, tenantOf(subject.host), ref, wrong), 403)
    },
  },
  {
    name: 'accepts X-Request-Id and returns the same id or none',
    why: 'Operators could not trace a request through both programs.',
    run: async (subject) => {
      const id = crypto.randomUUID()
      const response = await askByHost(subject, subject.host, { 'x-request-id': id })
      await expectRuntimeAnswer(response)
      const echoed = response.headers.get('x-request-id')
      if (echoed !== null && echoed !== id) throw new Error('a different id came back')
    },
  },
]

/** Expects 403 for POST and GET. One of the two methods may answer 405. */
async function expectRefused(
  subject: Subject,
  headers: Readonly<Record<string, string | null>>,
): Promise<void> {
  const answers = [
    await postByHost(subject, subject.host, headers),
    await getByHost(subject, subject.host, headers),
  ]
  const [first, ...others] = answers.filter(({ status }) => status !== 405)
  if (!first) throw new Error('both methods answer 405')
  for (const answer of [first, ...others]) expectStatus(answer, 403)
}
