/** The envelope of a runtime answer: tenant, versions, TTL. */
import { z } from 'zod'
import { block, documented, type Field, field, isBlank, name, note, whole } from './lenient.ts'

const anySchemaVersion = whole(2, 0)

/** Reads a missing, zero or newer schema version as version 2. The first answers of the contract named no schema. */
const schemaVersionField: Field<1 | 2> = {
  accepts: '`1` or `2`',
  read(value, path, faults) {
    const version = anySchemaVersion.read(value, path, faults)
    if (version === 1) return 1
    if (version > 2) note(faults, path, 'is not a known version', 'it is read as version 2')
    return 2
  },
}

/** An opaque version. Some orchestrators use numbers. */
const versionSchema = z.union([z.string().max(500), z.number().transform(String)])

/** Replaces an unusable version with a unique value, so that the next lookup replaces the answer. */
const configVersionField: Field<string> = {
  accepts: 'text of 1 to 500 characters',
  read(value, path, faults) {
    const version = versionSchema.safeParse(value)
    if (version.success && !isBlank(version.data)) return version.data
    note(faults, path, 'is not text of 1 to 500 characters', 'each answer counts as new')
    return crypto.randomUUID()
  },
}

const defaultTtlSeconds = 600

/** Fields of the envelope that have defaults. */
export const envelopeFields = block({
  tenant: documented(name(253), {
    description: 'Name of the tenant: one label, without the base domain.',
    example: 'alice',
    whenAbsent: 'empty',
  }),
  schema_version: documented(schemaVersionField, {
    description: 'Version 1 has `features` and `storage` only; analysis and publishing are off.',
    example: 2,
  }),
  config_version: documented(configVersionField, {
    description: 'Opaque version. It changes whenever `config` changes.',
    example: '2026-11-29.1',
    whenAbsent: 'a new version for each answer',
  }),
  ttl_seconds: documented(
    field(
      z.union([z.number(), z.string().max(40).trim().min(1).transform(Number).pipe(z.number())]),
      undefined,
      'a number',
    ),
    {
      description: 'Seconds until the publisher checks for a newer configuration, clamped to 5 to 3600.',
      example: 600,
      whenAbsent: `\`${defaultTtlSeconds}\``,
    },
  ),
})

/** Clamps a TTL to 5..3600 seconds. Returns the default for an absent TTL and for 0, which live orchestrators send. */
export function clampTtl(ttlSeconds: number | undefined): number {
  if (!ttlSeconds) return defaultTtlSeconds
  return Math.min(3600, Math.max(5, ttlSeconds))
}
