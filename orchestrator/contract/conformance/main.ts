/** `npm run conformance`: runs the contract's checks against an orchestrator and prints the findings. */

import process from 'node:process'
import { parseArgs } from 'node:util'
import { checks } from './checks.ts'
import { describeFinding, type Finding, runChecks } from './run.ts'
import type { Subject } from './subject.ts'
import { endWithHelp } from './usage.ts'

const usage = `npm run conformance -- --base-url URL --token TOKEN --host HOST
    [--other-host HOST] [--credentials-ref REF ...] [--suspended-host HOST]

    --base-url         URL of the orchestrator, as in ORCHESTRATOR_BASE_URL
    --token            a service token; default: the first token of ORCHESTRATOR_SERVICE_TOKEN, which other users
                       of this machine cannot see
    --host             a bound host, e.g. alice.shibari.photo
    --other-host       a bound host of another tenant
    --credentials-ref  a reference that only the tenant of --host has; may be repeated
    --suspended-host   a suspended host
    --list             lists the checks with their reasons and exits`

function readArguments(): Subject | 'list' {
  endWithHelp(usage)
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: {
      'base-url': text,
      token: text,
      host: text,
      'other-host': text,
      'credentials-ref': { type: 'string', multiple: true },
      'suspended-host': text,
      list: { type: 'boolean' },
    },
  })
  if (values.list) return 'list'
  const { 'base-url': baseUrl = '', host = '' } = values
  const token = values.token ?? process.env.ORCHESTRATOR_SERVICE_TOKEN?.split(',')[0]?.trim()
  if (!/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? ''))
    throw new Error('--base-url must be an http(s) URL')
  if (!token) throw new Error('--token is missing')
  if (!host.includes('.')) throw new Error('--host must be a host name')
  return {
    baseUrl,
    token,
    host,
    otherHost: values['other-host'],
    credentialsRefs: values['credentials-ref'] ?? [],
    suspendedHost: values['suspended-host'],
  }
}

/** Returns the exit code. */
async function main(): Promise<number> {
  const subject = readArguments()
  if (subject === 'list') {
    for (const { name, why } of checks) console.log(`${name}\n    ${why}`)
    return 0
  }
  const findings = await runChecks(checks, subject, (finding) => console.log(describeFinding(finding)))
  const count = (wanted: Finding['outcome']) => findings.filter(({ outcome }) => outcome === wanted).length
  console.log(`${count('pass')} passed, ${count('FAIL')} failed, ${count('not applicable')} not applicable`)
  return count('FAIL') === 0 ? 0 : 1
}

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exitCode = 2
  },
)
