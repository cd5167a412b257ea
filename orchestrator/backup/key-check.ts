/** Checks which key-encryption keys a database needs, and if the configured ones open its data keys. */
import type { Database } from '../database/database.ts'
import type { KeySource } from '../secrets/key-source.ts'

export interface KeyFinding {
  kid: string
  /** Data keys that this key wraps. */
  data_keys: number
  /** Data keys that do not open: the key is not configured, or another key has its ID. */
  unopened: number
}

/** Tries all data keys. Without a key source, none opens. */
export async function checkKeys({ read }: Database, keys: KeySource | undefined): Promise<KeyFinding[]> {
  const rows = await read
    .selectFrom('data_key')
    .select(['id', 'tenant', 'kid', 'wrapped'])
    .orderBy('kid')
    .execute()
  const findings = new Map<string, KeyFinding>()
  for (const { id, tenant, kid, wrapped } of rows) {
    const finding = findings.get(kid) ?? { kid, data_keys: 0, unopened: 0 }
    findings.set(kid, finding)
    finding.data_keys++
    if (!(await opens(keys, { id, tenant, kid, wrapped }))) finding.unopened++
  }
  return [...findings.values()]
}

async function opens(
  keys: KeySource | undefined,
  { id, tenant, kid, wrapped }: { id: string; tenant: string; kid: string; wrapped: string },
): Promise<boolean> {
  if (!keys) return false
  return keys.unwrap({ kid, wrapped }, { tenant, id }).then(
    () => true,
    () => false,
  )
}

/** Returns sentences for people about keys that are missing. Names key IDs only. */
export function missingKeyWords(findings: readonly KeyFinding[]): string[] {
  return findings
    .filter(({ unopened }) => unopened > 0)
    .map(
      ({ kid, data_keys, unopened }) =>
        `Stored values cannot be opened: ${unopened} of ${data_keys} data keys need the key-encryption key ${kid}. Set it in ORCHESTRATOR_KEYS, or copy the file key-encryption-key of the old data directory.`,
    )
}
