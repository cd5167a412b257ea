/**
 * The orchestrator contract: what a runtime answer looks like. Only `app_type` and a usable `storage` block are required. Every
 * other field falls back to its default where it cannot be used, and is named in {@link RuntimeAnswer.faults}. Unknown fields are
 * tolerated; `null` and blank text mean absent.
 */
import { z } from 'zod'
import { appearanceField } from './appearance.ts'
import {
  below,
  block,
  choice,
  type Fault,
  type Field,
  field,
  flag,
  isBlank,
  isRecord,
  list,
  memberOf,
  name,
  note,
  text,
  type ValueOf,
  whole,
} from './lenient.ts'
import { lifecycleField, noticesField } from './model-notices.ts'
import { resolvePaths } from './paths.ts'
import { publishersField } from './publisher-entries.ts'

export { type Fault, flag, isBlank, isRecord } from './lenient.ts'
export { listedPublishers, publishersField } from './publisher-entries.ts'

export const appType = 'publisher_v2'

const featuresField = block({
  publish_enabled: flag(false),
  analyze_caption_enabled: flag(false),
  keep_enabled: flag(true),
  remove_enabled: flag(true),
  delete_enabled: flag(false),
  auto_view_enabled: flag(false),
  library_enabled: flag(true),
  alt_text_enabled: flag(true),
  smart_hashtags_enabled: flag(true),
  /** Absent: on where there is a voice profile. */
  voice_matching_enabled: flag(undefined),
  /** A brake, as `content.debug` is: a value that cannot be used must not let photos out. */
  mode: choice(['review', 'publish'], undefined, {
    value: 'review',
    consequence: 'publishing is off until it is corrected',
  }),
})

const credentialsRef = name(500)

export const storageProviders = ['dropbox', 's3', 'managed', 'gdrive', 'local'] as const
/** Where a tenant's photos are kept, by the name that configurations use. */
export type StorageProvider = (typeof storageProviders)[number]

const maxPathLength = 1000
const path = z.string().trim().min(1).max(maxPathLength)

/**
 * Sub-paths that are no paths at all have their defaults; one that climbs makes the storage unusable. A resolved sub-path holds the
 * root too, and is read back from the shared store.
 */
function subPathsBelow(root: unknown) {
  const isResolved = (path: string) => path.startsWith('/') || path.startsWith(`${root}/`)
  const subPath = z
    .string()
    .trim()
    .min(1)
    .refine((path) => path.length <= (isResolved(path) ? 2 * maxPathLength + 1 : maxPathLength))
  const reason = 'is not a path of at most 1,000 characters'
  return block({
    archive: field(subPath, 'archive', reason),
    keep: field(subPath, 'keep', reason),
    remove: field(subPath, 'reject', reason),
  })
}

const storageSchema = z
  .object({
    provider: z.string().trim().toLowerCase().pipe(z.enum(storageProviders)),
    credentials_ref: z.string().optional(),
    paths: z
      .object({ root: path, archive: z.string(), keep: z.string(), remove: z.string() })
      .transform((paths, context) => {
        try {
          return resolvePaths(paths)
        } catch (error) {
          context.addIssue(error instanceof RangeError ? error.message : 'the storage paths are unusable')
          return z.NEVER
        }
      }),
  })
  .refine((storage) => storage.provider === 'local' || storage.credentials_ref !== undefined, {
    path: ['credentials_ref'],
    error: 'every storage but "local" needs credentials',
  })

/** The block with its optional fields read: what {@link storageSchema} judges. */
function storageDocument(value: unknown, path: string, faults: Fault[]): unknown {
  if (!isRecord(value)) return value
  const paths = memberOf(value, 'paths')
  const root = memberOf(paths, 'root')
  return {
    provider: memberOf(value, 'provider'),
    credentials_ref: credentialsRef.read(
      memberOf(value, 'credentials_ref'),
      `${path}.credentials_ref`,
      faults,
    ),
    paths: isRecord(paths) ? { root, ...subPathsBelow(root).read(paths, `${path}.paths`, faults) } : paths,
  }
}

/** Finds unknown keys of the storage block. */
const storageKeys = block({
  provider: text,
  credentials_ref: text,
  paths: block({ ...subPathsBelow('').members, root: text }),
})

const emailServerFields = block({
  host: name(253),
  port: whole(587, 1, 65_535),
  use_tls: flag(true),
  from_email: name(320),
  username: name(320),
  password_ref: credentialsRef,
})

/** A server that is not filled in counts as absent: publishing by mail says so, and the gallery is served. Half a form is a fault. */
const emailServerField = {
  ...emailServerFields,
  read(value: unknown, path: string, faults: Fault[]) {
    const { host, from_email, password_ref, ...rest } = emailServerFields.read(value, path, faults)
    if (host === undefined || from_email === undefined || password_ref === undefined) {
      const needed = { host, from_email, password_ref }
      const missing = Object.entries(needed).flatMap(([key, it]) => (it === undefined ? [key] : []))
      if (missing.length < 3)
        for (const key of missing) note(faults, below(path, key), 'is missing', 'publishing by mail is off')
      return undefined
    }
    return { ...rest, host, from_email, password_ref, username: rest.username ?? from_email }
  },
}

const visionDetail = ['low', 'high', 'auto', 'original'] as const

const aiField = block({
  credentials_ref: credentialsRef,
  vision_model: name(200),
  caption_model: name(200),
  system_prompt: text,
  role_prompt: text,
  sd_caption_enabled: flag(undefined),
  sd_caption_single_call_enabled: flag(undefined),
  sd_caption_model: name(200),
  sd_caption_system_prompt: text,
  sd_caption_role_prompt: text,
  model_notices: noticesField,
  vision_model_lifecycle: lifecycleField,
  caption_model_lifecycle: lifecycleField,
  rate_per_minute: whole(20, 1),
  /** 0: the photo is not resized. */
  vision_max_dimension: whole(1024, 0),
  vision_detail: choice(visionDetail, 'low'),
  vision_fallback_enabled: flag(true),
  vision_fallback_max_dimension: whole(2048, 0),
  vision_fallback_detail: choice(visionDetail, 'high'),
})

const captionFileField = block({
  extended_metadata_enabled: flag(false),
  artist_alias: text,
})

const tagsCount = whole(5, Number.MIN_SAFE_INTEGER)

const confirmationField = block({
  confirmation_to_sender: flag(true),
  /** A negative count is 0. */
  confirmation_tags_count: {
    read: (value: unknown, path: string, faults: Fault[]) => Math.max(0, tagsCount.read(value, path, faults)),
  },
  confirmation_tags_nature: text,
})

/** The AI is shown this many captions at most; further ones are dropped. */
const maxVoiceProfile = 20

const contentField = block({
  hashtag_string: field(z.string().max(20_000), '', 'is not text of at most 20,000 characters'),
  archive: flag(true),
  debug: flag(false, { value: true, consequence: 'nothing is sent or moved until it is corrected' }),
  voice_profile: list(z.string().max(20_000), maxVoiceProfile),
})

const maxAllowedEmails = 10_000

const emails = list(z.string().max(320), maxAllowedEmails)

/** An unusable list denies everyone, blank text too: the fleet's own list counts only where there is none. */
const allowedEmailsField: Field<string[] | undefined> = {
  read(value, path, faults) {
    if (value === undefined || value === null) return undefined
    if (Array.isArray(value)) return emails.read(value, path, faults)
    note(faults, path, 'is not a list', 'sign-in is denied')
    return []
  },
}

const authFields = block({ enabled: flag(true), allowed_emails: allowedEmailsField }, [
  'provider',
  'domain',
  'client_id',
  'audience',
])

/** A block of another type (blank text too) denies everyone, as an unusable list does. */
const authField = {
  ...authFields,
  read(value: unknown, path: string, faults: Fault[]) {
    if (value === undefined || value === null) return undefined
    if (isRecord(value)) return authFields.read(value, path, faults)
    note(faults, path, 'is not a block of fields', 'sign-in is denied')
    return { enabled: true, allowed_emails: [] }
  },
}

const optionalBlocks = {
  publishers: publishersField,
  email_server: emailServerField,
  ai: aiField,
  captionfile: captionFileField,
  confirmation: confirmationField,
  content: contentField,
  auth: authField,
  appearance: appearanceField,
}

const optionalFields = block(optionalBlocks)

type Features = ValueOf<typeof featuresField>

/** Everything about one tenant that is no secret. */
export type RuntimeConfig = ValueOf<typeof optionalFields> & {
  storage: z.output<typeof storageSchema>
  features: Features & { voice_matching_enabled: boolean }
}

/** Version 1 knows only features and storage; analysis and publishing are off, also when its flags say otherwise. */
function readOptional(
  config: unknown,
  schemaVersion: number,
  faults: Fault[],
): Omit<RuntimeConfig, 'storage'> {
  const features = featuresField.read(memberOf(config, 'features'), 'config.features', faults)
  const isVersion1 = schemaVersion === 1
  const rest = optionalFields.read(isVersion1 ? {} : config, 'config', faults)
  return {
    ...rest,
    features: {
      ...features,
      publish_enabled: features.publish_enabled && !isVersion1,
      // Without a key of the tenant's there is nothing to analyze with.
      analyze_caption_enabled: features.analyze_caption_enabled && rest.ai.credentials_ref !== undefined,
      voice_matching_enabled: features.voice_matching_enabled ?? rest.content.voice_profile.length > 0,
    },
  }
}

const anySchemaVersion = whole(2, 0)

/** An answer that names no schema (or 0), as the first ones of the contract, is of the newest; so is one of a newer schema. */
const schemaVersionField: Field<1 | 2> = {
  read(value, path, faults) {
    const version = anySchemaVersion.read(value, path, faults)
    if (version === 1) return 1
    if (version > 2) note(faults, path, 'is not a known version', 'it is read as version 2')
    return 2
  },
}

/** Opaque; some count. */
const versionSchema = z.union([z.string().max(500), z.number().transform(String)])

/** An unusable version becomes one that no other answer has, so the next lookup replaces this one. */
const configVersionField: Field<string> = {
  read(value, path, faults) {
    const version = versionSchema.safeParse(value)
    if (version.success && !isBlank(version.data)) return version.data
    note(faults, path, 'is not text of 1 to 500 characters', 'each answer counts as new')
    return crypto.randomUUID()
  },
}

const envelopeFields = block({
  tenant: name(253),
  schema_version: schemaVersionField,
  config_version: configVersionField,
  ttl_seconds: field(
    z.union([z.number(), z.string().max(40).trim().min(1).transform(Number).pipe(z.number())]),
    undefined,
    'is not a number',
  ),
})

const requiredSchema = z.object({
  app_type: z.string().min(1),
  config: z.object({ storage: storageSchema }),
})

/** The known fields of an answer. Finds unknown keys. */
export const answerFields: Field<unknown> = block({
  ...envelopeFields.members,
  app_type: text,
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
 * An answer of another app type passes whatever its config holds, since that config is not ours to judge.
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

const defaultTtlSeconds = 600

/** 0 or absent means the default, for live orchestrators have been seen to send 0; the rest is clamped to 5..3600. */
export function clampTtl(ttlSeconds: number | undefined): number {
  if (!ttlSeconds) return defaultTtlSeconds
  return Math.min(3600, Math.max(5, ttlSeconds))
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
