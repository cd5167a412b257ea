/** `npm run doctor -- --host x`: says what is wrong with one tenant's set-up, in plain words, and changes nothing. */
import { readFileSync } from 'node:fs'
import { parseArgs, parseEnv } from 'node:util'
import type { Finding, Outcome } from './doctor/examination.ts'
import { examine } from './doctor/examine.ts'
import { endWithHelp } from './usage.ts'

const usage = `npm run doctor -- --host alice.shibari.photo [--env FILE] [--json]
    --host HOST   whose set-up; the environment is the app's (docs/configuration.md)
    --env FILE    reads variables from a file, such as the demo's .demo/env; they go before those of the shell
    --json        one JSON document in place of lines`

/** Nothing failed; something did; called wrongly. */
const exitCodes = { ok: 0, failed: 1, usage: 2 } as const

const labels: Record<Outcome, string> = {
  ok: 'ok     ',
  warning: 'warning',
  failed: 'FAILED ',
  skipped: 'skipped',
}

const say = (text: string) => process.stdout.write(`${text}\n`)

/** One line, and below it what to do. */
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
    if (values.host === undefined) throw new TypeError('Name the host whose set-up is to be examined.')
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
// Connections that are kept alive, and checks that were left behind, must not hold the program.
process.stdout.write('', () => process.exit())
