/**
 * The orchestrator contract: the answer about a host. Requires only `app_type` and a usable `storage` block. Any other unusable field
 * falls back to its default and is listed in {@link RuntimeAnswer.faults}. Ignores unknown fields. `null` and blank text count as absent.
 */
import { z } from 'zod'
import { featuresField } from './blocks/features.ts'
import { storageDocument, storageKeys, storageSchema } from './blocks/storage.ts'
import { clampTtl, envelopeFields } from './envelope.ts'
import { block, documented, type Fault, type Field, isRecord, memberOf, text } from './lenient.ts'
import { optionalBlocks, type RuntimeConfig, readOptional } from './runtime-config.ts'

export type { RuntimeConfig } from './runtime-config.ts'

export const appType = 'publisher_v2'

const requiredSchema = z.object({
  app_type: z.string().min(1),
  config: z.object({ storage: storageSchema }),
})

/** Known fields of an answer, for finding unknown keys. */
export const answerFields: Field<unknown> = block({
  ...envelopeFields.members,
  app_type: documented(text, {
    description: 'Application of the tenant. The publisher treats a host of another application as unknown.',
    example: appType,
  }),
  config: block({ features: featuresField, storage: storageKeys, ...optionalBlocks }),
})

/** The answer of the orchestrator about a host, validated and with all defaults. */
export interface RuntimeAnswer {
  tenant: string
  appType: string
  configVersion: string
  ttlSeconds: number
  config: RuntimeConfig
  /** Unusable fields, each once. */
  faults: readonly Fault[]
}

/**
 * Validates a runtime answer. Throws a `ZodError` that names the wrong fields if `app_type` or the storage is unusable.
 * Returns `other_app_type` for an answer of another app, without checking its config.
 */
export function parseRuntimeAnswer(body: unknown): RuntimeAnswer | 'other_app_type' {
  const cleaned = withoutNulls(body)
  const boundTo = memberOf(cleaned, 'app_type')
  if (typeof boundTo === 'string' && boundTo !== appType) return 'other_app_type'
  const faults: Fault[] = []
  const { tenant, schema_version, config_version, ttl_seconds } = envelopeFields.read(cleaned, '', faults)
  const config = memberOf(cleaned, 'config')
  const storage = storageDocument(memberOf(config, 'storage'), 'config.storage', faults)
  const required = requiredSchema.parse(
    isRecord(cleaned) ? { ...cleaned, config: isRecord(config) ? { storage } : config } : cleaned,
  )
  return {
    tenant: tenant ?? '',
    appType: required.app_type,
    configVersion: config_version,
    ttlSeconds: clampTtl(ttl_seconds),
    config: { ...readOptional(config, schema_version, faults), storage: required.config.storage },
    faults,
  }
}

/**
 * Serialises an answer in the newest schema, without unknown fields and faults. {@link parseRuntimeAnswer} reads the result as the
 * same answer.
 */
export function toBody({ tenant, appType: app_type, configVersion, ttlSeconds, config }: RuntimeAnswer) {
  return {
    schema_version: 2,
    tenant,
    app_type,
    config_version: configVersion,
    ttl_seconds: ttlSeconds,
    config,
  }
}

/** Upper bound on nesting, deeper than any document of the contract. */
const maxDepth = 50

/** Copies a document without object members that are `null` and without values nested deeper than `maxDepth`. */
export function withoutNulls(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > maxDepth) return undefined
  if (Array.isArray(value)) return value.map((entry) => withoutNulls(entry, depth + 1))
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      member === null ? [] : [[key, withoutNulls(member, depth + 1)]],
    ),
  )
}
