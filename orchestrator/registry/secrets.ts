/** Secrets file: tenant -> reference -> credentials. */
import { z } from 'zod'
import { answerDefaultsOf, credentialsSchema } from '../../src/contract/credentials.ts'
import { withoutNulls } from '../../src/contract/runtime-answer.ts'
import { canonicalJson, sha256Hex } from './canonical.ts'
import { checked, RegistryError } from './document.ts'

interface StoredCredentials {
  /** Answer, ready to send. */
  answer: Readonly<Record<string, unknown>>
  /** Digest of tenant and reference for the audit log: stable, without the reference in clear text. */
  fingerprint: string
}

export type SecretsByRef = ReadonlyMap<string, StoredCredentials>

export interface SecretsContext {
  /** Variables for `env:NAME`. */
  variables: Readonly<Record<string, string | undefined>>
  /** Random key, so that a version reveals nothing about a short password. */
  versionKey: string
}

const secretsFileSchema = z.record(z.string(), z.record(z.string(), z.unknown()))
const writtenSchema = z.record(z.string(), z.unknown())

/** Reads the parsed file, which may be empty. Throws {@link RegistryError}. */
export async function readSecrets(
  document: unknown,
  context: SecretsContext,
): Promise<ReadonlyMap<string, SecretsByRef>> {
  const byTenant = new Map<string, SecretsByRef>()
  for (const [tenant, written] of Object.entries(checked(secretsFileSchema, document ?? {}, 'secrets'))) {
    const byRef = new Map<string, StoredCredentials>()
    for (const [index, [ref, value]] of Object.entries(written).entries()) {
      // Messages end up in logs, so the place has an index instead of the reference.
      byRef.set(ref, await store(value, { ...context, tenant, ref, where: `secrets.${tenant}[${index}]` }))
    }
    byTenant.set(tenant, byRef)
  }
  return byTenant
}

interface Place extends SecretsContext {
  tenant: string
  ref: string
  where: string
}

async function store(value: unknown, place: Place): Promise<StoredCredentials> {
  const resolved = Object.fromEntries(
    Object.entries(checked(writtenSchema, value, place.where)).map(([field, member]) => [
      field,
      fromEnvironment(member, place.variables, `${place.where}.${field}`),
    ]),
  )
  const { provider } = checked(credentialsSchema, withoutNulls(resolved), place.where)
  const version = await sha256Hex(place.versionKey + canonicalJson(resolved))
  const fingerprint = await sha256Hex(canonicalJson([place.tenant, place.ref]))
  return {
    answer: { version: version.slice(0, 16), ...answerDefaultsOf(provider), ...resolved },
    fingerprint: fingerprint.slice(0, 12),
  }
}

/** Replaces `env:NAME` with the value of that variable. */
function fromEnvironment(value: unknown, variables: SecretsContext['variables'], where: string): unknown {
  const name = typeof value === 'string' ? /^env:(\w+)$/.exec(value)?.[1] : undefined
  if (name === undefined) return value
  const found = variables[name]
  if (!found) throw new RegistryError(`${where}: the variable ${name} is not set`)
  return found
}
