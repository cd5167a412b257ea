/** Checks about who may call. */
import type { Check } from '../check.ts'
import { expectRuntimeAnswer, expectStatus, tenantOf, unknownRef } from '../expectations.ts'
import { askByHost, getByHost, postByHost, resolve, type Subject } from '../subject.ts'

const wrong = { authorization: 'Bearer not-a-token-of-this-orchestrator' }
const none = { authorization: null }

export const accessChecks: readonly Check[] = [
  {
    name: 'a configuration is refused with 403 without a token',
    why: 'Anyone could read how tenants are set up.',
    run: (subject) => expectRefused(subject, none),
  },
  {
    name: 'a configuration is refused with 403 with a wrong token',
    why: 'The publisher tries its next token at 403 and at nothing else, so rotations depend on it.',
    run: (subject) => expectRefused(subject, wrong),
  },
  {
    name: 'the token counts only as a bearer token, whole',
    why: 'A part of a token, or one in another scheme, must open nothing.',
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
    name: 'credentials are refused with 403 without a token and with a wrong one',
    why: 'Anyone could take a tenant’s secrets.',
    run: async (subject) => {
      const ref = subject.credentialsRefs?.[0] ?? unknownRef()
      expectStatus(await resolve(subject, tenantOf(subject.host), ref, none), 403)
      expectStatus(await resolve(subject, tenantOf(subject.host), ref, wrong), 403)
    },
  },
  {
    name: 'X-Request-Id is accepted, and where it comes back it is the same',
    why: 'One request is followed through both programs by it.',
    run: async (subject) => {
      const id = crypto.randomUUID()
      const response = await askByHost(subject, subject.host, { 'x-request-id': id })
      await expectRuntimeAnswer(response)
      const echoed = response.headers.get('x-request-id')
      if (echoed !== null && echoed !== id) throw new Error('another one came back')
    },
  },
]

/** By both methods, of which one may be unknown. */
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
