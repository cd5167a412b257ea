/** What must hold, whatever happens. Each rule counts how often it was looked at: one that never was has proved nothing. */

export const rules = {
  hosts: 'A host ends only when it is told to, then with 0; nothing uncaught is fatal',
  internal: 'No answer is 500',
  answers: 'No answer holds a name, mark or secret that is not its tenant’s',
  logs: 'No log line holds a secret, or a name of another tenant',
  vendors: 'What reaches a channel, a mailbox or the AI is the tenant’s own, by the tenant’s own key',
  access: 'Strangers get 401, other tenants’ admins 403, invented hosts 404',
  reads: 'Reads without a vendor behind them are never 5xx where the configuration is cached',
  readsDropbox:
    'Reads from Dropbox are never 5xx where configuration and credentials are cached, while it answers',
  readsS3: 'Reads from S3 are never 5xx where configuration and credentials are cached, while it answers',
  safe: 'Nothing changes for a tenant whose configuration has run out while the orchestrator is away',
  versions: 'After an invalidation no host serves the old version',
  once: 'Each photo is on each platform once at most',
  real: 'What was reported as sent has arrived',
  kept: 'Each photo exists exactly once, in the folder that was answered, its words beside it',
  deleted: 'What was reported as deleted is gone',
  series: 'Metrics name no tenant, and have no more than 2,000 series',
  memory: 'No host ever has 512 MB',
  bystander:
    'While others are flooded, a visitor of another gallery waits less than 250 ms at the 99th percentile',
  floods: 'No flood is answered 500; a long one of scraping meets 429, one of invented hosts 429 or 503',
  delay: 'No host’s event loop stands still for 3 seconds',
} as const

export type Rule = keyof typeof rules

export interface Finding {
  rule: Rule
  looked: number
  broken: number
  /** The first few. */
  examples: readonly string[]
}

export interface Judge {
  /** `what` is asked only where the rule is broken. */
  expect(rule: Rule, holds: boolean, what: () => string): void
  findings(): Finding[]
}

const examplesKept = 5

export function createJudge(): Judge {
  const found = new Map<Rule, { looked: number; broken: number; examples: string[] }>()
  for (const rule of ruleNames()) found.set(rule, { looked: 0, broken: 0, examples: [] })
  return {
    expect(rule, holds, what) {
      const entry = found.get(rule)
      if (!entry) return
      entry.looked++
      if (holds) return
      entry.broken++
      if (entry.examples.length < examplesKept) entry.examples.push(what())
    },
    findings: () => [...found].map(([rule, entry]) => ({ rule, ...entry })),
  }
}

/** The names in the order of the table. */
export function ruleNames(): Rule[] {
  // Object.keys loses the literal types that it has.
  return Object.keys(rules) as Rule[]
}
