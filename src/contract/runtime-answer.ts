/**
 * The orchestrator contract: the answer about one host. Only `app_type` and a usable `storage` block are required. Every other field
 * falls back to its default where it cannot be used, and is named in {@link RuntimeAnswer.faults}. Unknown fields are tolerated;
 * `null` and blank text mean absent.
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

/** The known fields of an answer. Finds unknown keys. */
export const answerFields: Field<unknown> = block({
  ...envelopeFields.members,
  app_type: documented(text, {
    description: 'Application of the tenant. The publisher treats a host of another application as unknown.',
    example: appType,
  }),
  config: block({ features: featuresField, storage: storageKeys, ...optionalBlocks }),
})

/** The answer of the orchestrator about one host, checked and with all defaults filled in. */
export interface RuntimeAnswer {
  tenant: string
  appType: string
  configVersion: string
  ttlSeconds: number
  config: RuntimeConfig
  /** Fields that could not be used, each once. */
  faults: readonly Fault[]
}

/**
 * Checks a runtime answer. Throws a `ZodError` that names the wrong fields where the envelope or the storage cannot be used.
 * An answer of another app type passes regardless of its config, which is not ours to judge.
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
 * The answer as the newest contract writes it, without anything that this program has no use for: {@link parseRuntimeAnswer} gives
 * the same again, without the faults.
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

/** Deeper than any document of the contract. */
const maxDepth = 50

/** The document without object members that are `null`, and without what is nested deeper than any contract. */
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
