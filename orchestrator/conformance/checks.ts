/** The contract as a list of checks that any orchestrator can be put through (docs/orchestrator.md). */

import type { Check } from './check.ts'
import { accessChecks } from './checks/access.ts'
import { credentialsChecks } from './checks/credentials.ts'
import { runtimeChecks } from './checks/runtime.ts'

export const checks: readonly Check[] = [...accessChecks, ...runtimeChecks, ...credentialsChecks]
