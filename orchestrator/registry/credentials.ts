/** Credentials as they are written, and the answers that the publisher gets. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { answerDefaultsOf, type Credentials, credentialsSchema } from '../../src/contract/credentials.ts'
import { withoutNulls } from '../../src/contract/runtime-answer.ts'
import { canonicalJson } from '../contract/canonical.ts'
import { checked } from './document.ts'

const writtenSchema = z.record(z.string(), z.unknown())

/** Credentials that the contract's schema accepts, with the fields as written. */
export interface CheckedCredentials {
  provider: Credentials['provider']
  value: Readonly<Record<string, unknown>>
}

/** Checks credentials. Throws `RegistryError` with the fields below `where`, and without any value. */
export function checkCredentials(value: unknown, where: string): CheckedCredentials {
  const written = checked(writtenSchema, value, where)
  const { provider } = checked(credentialsSchema, withoutNulls(written), where)
  return { provider, value: written }
}

/** Returns the answer of `/v1/credentials/resolve`. The member `renewal` stays with the control plane, which renews tokens with it. */
export function answerOf(
  { provider, value }: { provider: string; value: CheckedCredentials['value'] },
  version: string,
): Readonly<Record<string, unknown>> {
  const { renewal: _, ...sent } = value
  return { version, ...answerDefaultsOf(provider), ...sent }
}

/** Returns a digest of tenant and reference for the audit log: stable, without the reference in clear text. */
export function fingerprintOf(tenant: string, ref: string): string {
  return createHash('sha256')
    .update(canonicalJson([tenant, ref]))
    .digest('hex')
    .slice(0, 12)
}

/** Checks if the credentials pay for AI. Only these are refused to a tenant without credit. */
export function isPaidByTheFleet(provider: string): boolean {
  return provider === 'openai'
}
