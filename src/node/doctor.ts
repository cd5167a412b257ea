/** `npm run doctor -- --host x`: reports faults of one tenant's set-up in plain words. Changes nothing. */
import { readFileSync } from 'node:fs'
import { parseArgs, parseEnv } from 'node:util'
import type { Finding, Outcome } from './doctor/examination.ts'
import { examine } from './doctor/examine.ts'
import { endWithHelp } from './usage.ts'

const usage = `npm run doctor -- --host alice.shibari.photo [--env FILE] [--json]
    --host HOST   the tenant's host
    --env FILE    reads variables from a file, such as the demo's .demo/env; they override the shell's
    --json        prints one JSON document instead of lines

Run it with the environment of the app (docs/configuration.md).`

/** `failed`: a check failed. `usage`: wrong arguments. */
const exitCodes = { ok: 0, failed: 1, usage: 2 } as const

const labels: Record<Outcome, string> = {
  ok: 'ok     ',
  warning: 'warning',
  failed: 'FAILED ',
  skipped: 'skipped',
}

const say = (text: string) => process.stdout.write(`${text}\n`)

/** Formats a finding as one line, with the advice below. */
function lineOf({ outcome, title, said, todo }: Finding): string {
  const line = `${labels[outcome]}  ${title}: ${said}`
  return todo === undefined ? line : `${line}\n         -> ${todo}`
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (outcome: Outcome) => findings.filter((finding) => finding.outcome === outcome).length
  const parts = (['ok', 'warning', 'failed', 'skipped'] as const).map(
    (outcome) => `${count(outcome)} ${outcome}`,
  )
  return `\n${parts.join(', ')}`
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        host: { type: 'string' },
        env: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    if (values.host === undefined) throw new TypeError('Missing --host: name the host to check.')
    const ofFile = values.env === undefined ? {} : parseEnv(readFileSync(values.env, 'utf8'))
    return { host: values.host, json: values.json, variables: { ...process.env, ...ofFile } }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`)
    return null
  }
}

async function main(): Promise<number> {
  const options = readArguments()
  if (!options) return exitCodes.usage
  const { host, json, variables } = options
  const findings = await examine({
    host,
    variables,
    ...(!json && { onFinding: (finding) => say(lineOf(finding)) }),
  })
  const ok = findings.every(({ outcome }) => outcome !== 'failed')
  say(json ? JSON.stringify({ host, ok, findings }, null, 2) : summaryOf(findings))
  return ok ? exitCodes.ok : exitCodes.failed
}

endWithHelp(usage)
process.exitCode = await main()
// Keep-alive connections and abandoned checks must not keep the process alive.
process.stdout.write('', () => process.exit())
