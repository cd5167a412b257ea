/**
 * Invariants that must hold throughout a run. Each counts its checks, because a rule that was never checked
 * proves nothing.
 */

export const rules = {
  hosts: 'A host exits only on a signal and with 0, never by an uncaught error',
  internal: 'No answer is 500',
  answers: 'No answer contains a name, mark or secret of another tenant',
  logs: 'No log line contains a secret or a name of another tenant',
  vendors: 'Channels, mailboxes and the AI receive only the tenant’s own data, with the tenant’s own key',
  access: 'Strangers get 401, other tenants’ admins 403, invented hosts 404',
  reads: 'Reads that need no vendor are never 5xx while the configuration is cached',
  readsDropbox:
    'Reads from Dropbox are never 5xx while Dropbox answers and configuration and credentials are cached',
  readsS3: 'Reads from S3 are never 5xx while S3 answers and configuration and credentials are cached',
  safe: 'Nothing changes for a tenant whose configuration has expired during an orchestrator outage',
  versions: 'No host serves the old version after an invalidation',
  once: 'No photo is published twice on the same platform',
  real: 'Every post that was reported as sent has arrived',
  kept: 'Each photo exists exactly once, in the reported folder, with its sidecar',
  deleted: 'Every photo that was reported as deleted is gone',
  series: 'Metrics name no tenant and have at most 2,000 series',
  memory: 'No host ever uses 512 MB',
  bystander:
    'A visitor waits less than 250 ms (99th percentile, the best of up to three measurements) while other galleries are flooded',
  floods: 'No flood is answered with 500; long scraping gets 429, and invented hosts get 429 or 503',
  calls:
    'A visitor who comes again costs at most one read of the storage per photo shown, and none for lists and thumbnails',
  delay: 'No host’s event loop blocks for 3 seconds',
} as const

export type Rule = keyof typeof rules

export interface Finding {
  rule: Rule
  looked: number
  broken: number
  /** Details of the first few failures. */
  examples: readonly string[]
}

export interface Judge {
  /** Counts a check. `what` is called only if the rule is broken. */
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

/** Returns the rules in the order of the table. */
export function ruleNames(): Rule[] {
  // Object.keys loses the literal types of the keys.
  return Object.keys(rules) as Rule[]
}
