/** Runs the checks against an orchestrator, in order. */
import type { Check } from './check.ts'
import { NotApplicable } from './expectations.ts'
import type { Subject } from './subject.ts'

export interface Finding {
  check: Check
  outcome: 'pass' | 'FAIL' | 'not applicable'
  /** Reason of a failure or of a check that is not applicable. Empty for a pass. */
  reason: string
}

/** Returns one finding per check, and reports each at once. Never rejects because of a failed check. */
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

/** Formats a finding as one line for people. */
export function describeFinding({ check, outcome, reason }: Finding): string {
  const line = `${outcome.padEnd(14)}  ${check.name}`
  if (outcome === 'pass') return line
  return outcome === 'FAIL' ? `${line}: ${reason}. ${check.why}` : `${line}: ${reason}`
}
