/** Puts an orchestrator through the checks, one after another, and says what came of each. */
import type { Check } from './check.ts'
import { NotApplicable } from './expectations.ts'
import type { Subject } from './subject.ts'

export interface Finding {
  check: Check
  outcome: 'pass' | 'FAIL' | 'not applicable'
  /** Why it is not a pass. */
  reason: string
}

/** Gives one finding per check and reports each as soon as it is there. Never rejects for what a check finds. */
export async function runChecks(
  checks: readonly Check[],
  subject: Subject,
  report: (finding: Finding) => void = () => {},
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const check of checks) {
    const finding = await runCheck(check, subject)
    findings.push(finding)
    report(finding)
  }
  return findings
}

async function runCheck(check: Check, subject: Subject): Promise<Finding> {
  try {
    await check.run(subject)
    return { check, outcome: 'pass', reason: '' }
  } catch (error) {
    const outcome = error instanceof NotApplicable ? 'not applicable' : 'FAIL'
    return { check, outcome, reason: error instanceof Error ? error.message : String(error) }
  }
}

/** One line for people. */
export function describeFinding({ check, outcome, reason }: Finding): string {
  const line = `${outcome.padEnd(14)}  ${check.name}`
  if (outcome === 'pass') return line
  return outcome === 'FAIL' ? `${line}: ${reason}. ${check.why}` : `${line}: ${reason}`
}
