/** `npm run conformance`: puts an orchestrator through the contract's checks and says what it found. */
import { parseArgs } from 'node:util'
import { checks, NotApplicable, type Subject } from './checks.ts'

const usage = `npm run conformance -- --base-url URL --token TOKEN --host HOST
    [--other-host HOST] [--credentials-ref REF] [--suspended-host HOST]`

async function main(): Promise<number> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: {
      'base-url': text,
      token: text,
      host: text,
      'other-host': text,
      'credentials-ref': text,
      'suspended-host': text,
    },
  })
  const { 'base-url': baseUrl, token, host } = values
  if (!baseUrl || !token || !host) throw new Error(usage)
  const failed = await run({
    baseUrl,
    token,
    host,
    otherHost: values['other-host'],
    credentialsRef: values['credentials-ref'],
    suspendedHost: values['suspended-host'],
  })
  return failed === 0 ? 0 : 1
}

async function run(subject: Subject): Promise<number> {
  let passed = 0
  let failed = 0
  for (const { name, run: check } of checks) {
    try {
      await check(subject)
      passed++
      console.log(`  pass  ${name}`)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      if (error instanceof NotApplicable) console.log(`  n/a   ${name}: ${why}`)
      else {
        failed++
        console.log(`  FAIL  ${name}: ${why}`)
      }
    }
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error))
    process.exit(2)
  },
)
