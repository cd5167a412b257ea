/** All checks of the contract, for any orchestrator (docs/orchestrator.md). */
import type { Check } from './check.ts'
import { accessChecks } from './checks/access.ts'
import { claimsChecks } from './checks/claims.ts'
import { credentialsChecks } from './checks/credentials.ts'
import { runtimeChecks } from './checks/runtime.ts'
import { usageChecks } from './checks/usage.ts'

export const checks: readonly Check[] = [
  ...accessChecks,
  ...runtimeChecks,
  ...credentialsChecks,
  ...usageChecks,
  ...claimsChecks,
]
