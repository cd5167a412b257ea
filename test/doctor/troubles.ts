/** What a healthy tenant's round looks like, and a table of what goes wrong. */
import { expect, it } from 'vitest'
import type { Finding, Outcome } from '../../src/node/doctor/examination.ts'
import { openPractice, type Practice } from './practice.ts'

export interface Trouble {
  what: string
  breakIt(practice: Practice): void | Promise<void>
  /** Findings that differ from those of full health; `undefined` is one that is not made. */
  differs: Record<string, Outcome | undefined>
  /** What the first of them has to say, and what to do. */
  says: RegExp
  todo?: RegExp
}

/** The findings, which hold no secret, reference or address. */
export async function roundOf(practice: Practice): Promise<readonly Finding[]> {
  const findings = await practice.examine()
  expect(JSON.stringify(findings)).not.toContain('canary')
  return findings
}

export function outcomesOf(findings: readonly Finding[]): Record<string, Outcome> {
  return Object.fromEntries(findings.map(({ id, outcome }) => [id, outcome]))
}

export const healthy: Record<string, Outcome> = {
  environment: 'ok',
  host: 'ok',
  dns: 'ok',
  'dns.callback': 'ok',
  certificate: 'ok',
  site: 'ok',
  redis: 'skipped',
  'sign-in': 'ok',
  orchestrator: 'ok',
  configuration: 'ok',
  admins: 'ok',
  'credentials.storage': 'ok',
  'credentials.telegram': 'ok',
  'credentials.email': 'ok',
  'credentials.ai': 'ok',
  'storage.list': 'ok',
  'storage.records': 'ok',
  'storage.link': 'ok',
  'publisher.telegram': 'ok',
  'publisher.email': 'ok',
  ai: 'ok',
}

const allCredentials = {
  'credentials.storage': undefined,
  'credentials.telegram': undefined,
  'credentials.email': undefined,
  'credentials.ai': undefined,
} as const
/** Findings where the configuration is not known. */
export const nothingOfTenant = {
  ...allCredentials,
  'publisher.telegram': undefined,
  'publisher.email': undefined,
  admins: 'skipped',
  credentials: 'skipped',
  'storage.list': 'skipped',
  'storage.records': 'skipped',
  'storage.link': 'skipped',
  publishers: 'skipped',
  ai: 'skipped',
} as const

/** Breaks one thing at a time. All other checks have to come to their usual end. */
export function itFinds(troubles: readonly Trouble[]): void {
  it.each(troubles)('says so when $what', async ({ breakIt, differs, says, todo }) => {
    const practice = await openPractice()
    try {
      await breakIt(practice)
      const findings = await roundOf(practice)
      const expected = Object.entries({ ...healthy, ...differs }).filter(
        ([, outcome]) => outcome !== undefined,
      )
      expect(outcomesOf(findings)).toEqual(Object.fromEntries(expected))
      const [first] = Object.keys(differs)
      const finding = findings.find(({ id }) => id === first)
      expect(finding?.said).toMatch(says)
      expect(finding?.todo ?? '').toMatch(todo ?? /^/)
    } finally {
      await practice.close()
    }
  })
}
