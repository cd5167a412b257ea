/** Secrets file: tenant -> reference -> credentials. */
import { z } from 'zod'
import { canonicalJson, sha256Hex } from '../../contract/canonical.ts'
import { answerOf, type CheckedCredentials, checkCredentials, fingerprintOf } from '../credentials.ts'
import { checked, RegistryError } from '../document.ts'

export interface FileCredentials extends CheckedCredentials {
  /** Answer, ready to send. */
  answer: Readonly<Record<string, unknown>>
  /** Digest of tenant and reference for the audit log. */
  fingerprint: string
}

export type SecretsByRef = ReadonlyMap<string, FileCredentials>

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
    const byRef = new Map<string, FileCredentials>()
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

async function store(value: unknown, place: Place): Promise<FileCredentials> {
  const resolved = Object.fromEntries(
    Object.entries(checked(writtenSchema, value, place.where)).map(([field, member]) => [
      field,
      fromEnvironment(member, place.variables, `${place.where}.${field}`),
    ]),
  )
  const credentials = checkCredentials(resolved, place.where)
  const version = await sha256Hex(place.versionKey + canonicalJson(resolved))
  return {
    ...credentials,
    answer: answerOf(credentials, version.slice(0, 16)),
    fingerprint: fingerprintOf(place.tenant, place.ref),
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
