/** The outcome as docs/reliability.md. */
import { renderTable, thousands } from '../bench/table.ts'
import { floodKinds } from './floods.ts'
import type { Outcome } from './outcome.ts'
import { rules } from './rules.ts'

const introduction = `# Reliability

Written by \`npm run soak -- --report\`: two Node hosts, each a process set up like a dyno of 512 MB, behind a plain proxy, sharing a real Redis; tenants on Dropbox, S3 and disk in turn, each with Telegram, mail and an AI, all emulated on this machine at the level of HTTP and SMTP. One host's clock is a minute fast. Visitors, admins (who click "publish" twice), strangers and other tenants' admins ask without a pause, while all of the below goes wrong. Afterwards what was left unfinished is repeated once more, and every storage is read without a host between.

The rules are invariants, not timings. One that was never looked at counts as broken.

`

export function report(outcome: Outcome): string {
  const { findings, statuses, incidents, windows } = outcome
  const answers = [...statuses].sort(([one], [other]) => one - other)
  const facts: [string, string][] = [
    [
      'run',
      `${new Date(outcome.startedAt).toISOString()}, ${outcome.seconds} s of trouble, seed ${outcome.seed}`,
    ],
    ['tenants, clients at once', `${outcome.tenants}, ${outcome.clients}`],
    ['requests', thousands(answers.reduce((sum, [, count]) => sum + count, 0))],
    ['answers by status', answers.map(([status, count]) => `${status || 'broken off'}: ${count}`).join(', ')],
    ['photos looked for at the end', thousands(outcome.photos)],
    ['posts and mails that arrived', thousands(outcome.arrived)],
    ['changes that had to be repeated at the end', String(outcome.unfinished)],
    ['most memory of a host', `${outcome.peakMegabytes.toFixed(0)} MB`],
    ['longest pause of an event loop', `${outcome.longestPauseMs.toFixed(0)} ms`],
    [
      'a visitor’s wait, p99: quiet, and while others are flooded',
      `${outcome.bystander.quietMs.toFixed(0)} ms, ${outcome.bystander.floodedMs.toFixed(0)} ms`,
    ],
  ]
  const injected: [string, string][] = [
    ['host killed (SIGKILL) and started again', String(incidents.kills)],
    ['host ended in order (SIGTERM) and started again', String(incidents.restarts)],
    ['configuration changed and invalidated', String(incidents.versions)],
    ['Redis answers nothing for 2.5 s', String(incidents.redisHangs)],
    ['Redis dies, and is back 2.5 s later, empty', String(incidents.redisDeaths)],
    ...countedFloods(outcome.floods),
    ...countedWindows(windows),
  ]
  return [
    introduction.trimEnd(),
    '',
    renderTable({
      title: 'Rules',
      columns: ['rule', 'looked at', 'broken'],
      rows: findings.map(({ rule, looked, broken }) => [rules[rule], thousands(looked), String(broken)]),
    }),
    ...findings
      .filter(({ broken }) => broken > 0)
      .map(
        ({ rule, examples }) =>
          `**${rules[rule]}**\n\n${examples.map((example) => `- ${example}\n`).join('')}`,
      ),
    renderTable({ title: 'What was injected', columns: ['trouble', 'times'], rows: injected }),
    renderTable({ title: 'The run', columns: ['what', 'figure'], rows: facts }),
  ].join('\n')
}

const kinds = {
  error: 'errors (503, 500, 421)',
  reset: 'connections reset',
  limit: 'too many calls (429, 421)',
  slow: 'slow',
  lost: 'answers lost or malformed',
  outage: 'away for 10 s',
} as const

/** Each flood with its answers by status; 0: the connection ended without one. */
function countedFloods(floods: Outcome['floods']): [string, string][] {
  return [...floods].map(([kind, byStatus]) => {
    const answers = [...byStatus].sort(([one], [other]) => one - other)
    return [`flood: ${floodKinds[kind]}`, answers.map(([status, count]) => `${status}: ${count}`).join(', ')]
  })
}

function countedWindows(windows: Outcome['windows']): [string, string][] {
  const counts = new Map<string, number>()
  for (const { vendor, kind } of windows) {
    const title = `${vendor}: ${kinds[kind]}`
    counts.set(title, (counts.get(title) ?? 0) + 1)
  }
  return [...counts].sort().map(([title, count]) => [title, String(count)])
}
