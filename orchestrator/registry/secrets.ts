/** The file of secrets: tenant -> reference -> what the reference resolves to. */
import { z } from 'zod'
import { answerDefaultsOf, credentialsSchema } from '../../src/contract/credentials.ts'
import { withoutNulls } from '../../src/contract/runtime-answer.ts'
import { canonicalJson, sha256Hex } from './canonical.ts'
import { checked, RegistryError } from './document.ts'

interface StoredCredentials {
  /** Ready to be sent. */
  answer: Readonly<Record<string, unknown>>
  /** Stands for tenant and reference in the audit log: the same each time, and not the reference in clear. */
  fingerprint: string
}

export type SecretsByRef = ReadonlyMap<string, StoredCredentials>

export interface SecretsContext {
  /** Where `env:NAME` is looked up. */
  variables: Readonly<Record<string, string | undefined>>
  /** Random; keeps versions from telling anything about a short password. */
  versionKey: string
}

const secretsFileSchema = z.record(z.string(), z.record(z.string(), z.unknown()))
const writtenSchema = z.record(z.string(), z.unknown())

/** Reads the parsed file; an empty one holds nothing. Throws {@link RegistryError}. */
export async function readSecrets(
  document: unknown,
  context: SecretsContext,
): Promise<ReadonlyMap<string, SecretsByRef>> {
  const byTenant = new Map<string, SecretsByRef>()
  for (const [tenant, written] of Object.entries(checked(secretsFileSchema, document ?? {}, 'secrets'))) {
    const byRef = new Map<string, StoredCredentials>()
    for (const [index, [ref, value]] of Object.entries(written).entries()) {
      // The place names no reference: messages end up in logs.
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

/** `env:NAME` stands for the value of that variable. */
function fromEnvironment(value: unknown, variables: SecretsContext['variables'], where: string): unknown {
  const name = typeof value === 'string' ? /^env:(\w+)$/.exec(value)?.[1] : undefined
  if (name === undefined) return value
  const found = variables[name]
  if (!found) throw new RegistryError(`${where}: the variable ${name} is not set`)
  return found
}
