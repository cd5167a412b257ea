/**
 * The orchestrator contract (design section 3): what a runtime answer and a resolved credential look like. The
 * reference orchestrator validates its file with the same schemas. Unknown fields are tolerated, `null` means absent.
 */
import { z } from 'zod'
import { appearanceSchema } from './appearance.ts'
import { resolvePaths } from './paths.ts'
import { publishersSchema } from './publishers.ts'

export const appType = 'publisher_v2'

const flag = (whenAbsent: boolean) => z.boolean().default(whenAbsent)

export const featuresSchema = z.object({
  publish_enabled: flag(false),
  analyze_caption_enabled: flag(false),
  keep_enabled: flag(true),
  remove_enabled: flag(true),
  delete_enabled: flag(false),
  auto_view_enabled: flag(false),
  library_enabled: flag(true),
  alt_text_enabled: flag(true),
  smart_hashtags_enabled: flag(true),
  voice_matching_enabled: flag(false),
  mode: z.enum(['review', 'publish']).optional(),
})

const credentialsRef = z.string().min(1).max(500)
const text = z.string().max(20_000)
const positive = z.number().int().positive()

export const storageProviders = ['dropbox', 's3', 'managed', 'gdrive', 'local'] as const

export const storageSchema = z
  .object({
    provider: z.enum(storageProviders),
    credentials_ref: credentialsRef.optional(),
    paths: z
      .object({
        root: z.string().min(1).max(1000),
        archive: z.string().min(1).max(1000).default('archive'),
        keep: z.string().min(1).max(1000).default('keep'),
        remove: z.string().min(1).max(1000).default('reject'),
      })
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

/** A server that is not filled in yet is none: publishing by mail says so then, and the gallery is there all the same. */
export const emailServerSchema = z
  .object({
    host: z.string().min(1).max(253).optional(),
    port: z.number().int().min(1).max(65_535).default(587),
    use_tls: flag(true),
    from_email: z.string().min(3).max(320).optional(),
    username: z.string().min(1).max(320).optional(),
    password_ref: credentialsRef.optional(),
  })
  .transform(({ host, from_email, password_ref, ...rest }) => {
    if (host === undefined || from_email === undefined || password_ref === undefined) return undefined
    return { ...rest, host, from_email, password_ref, username: rest.username ?? from_email }
  })

/** That a model will be retired, or what else the operator should hear: whatever it looks like, it is only logged. */
const notices = z
  .unknown()
  .optional()
  .transform((value): readonly string[] => {
    if (value === undefined) return []
    const list = Array.isArray(value) ? value : [value]
    return list
      .slice(0, 20)
      .map((notice) => (typeof notice === 'string' ? notice : JSON.stringify(notice)).slice(0, 500))
  })

export const aiSchema = z.object({
  credentials_ref: credentialsRef.optional(),
  vision_model: text.optional(),
  caption_model: text.optional(),
  system_prompt: text.optional(),
  role_prompt: text.optional(),
  sd_caption_enabled: z.boolean().optional(),
  sd_caption_single_call_enabled: z.boolean().optional(),
  sd_caption_model: text.optional(),
  sd_caption_system_prompt: text.optional(),
  sd_caption_role_prompt: text.optional(),
  model_notices: notices,
  rate_per_minute: positive.default(20),
  vision_max_dimension: positive.default(1024),
  vision_detail: z.enum(['low', 'high', 'auto', 'original']).default('low'),
  vision_fallback_enabled: flag(true),
  vision_fallback_max_dimension: positive.default(2048),
  vision_fallback_detail: z.enum(['low', 'high', 'auto', 'original']).default('high'),
})

export const captionFileSchema = z.object({
  extended_metadata_enabled: flag(false),
  artist_alias: text.optional(),
})

export const confirmationSchema = z.object({
  confirmation_to_sender: flag(true),
  confirmation_tags_count: z.number().int().min(0).default(5),
  confirmation_tags_nature: text.optional(),
})

export const contentSchema = z.object({
  hashtag_string: text.default(''),
  archive: flag(true),
  debug: flag(false),
  voice_profile: z.array(text).max(20).default([]),
})

export const authSchema = z.object({
  enabled: flag(true),
  allowed_emails: z.array(z.string().max(320)).optional(),
})

const blocksOfVersion1 = {
  features: featuresSchema.prefault({}),
  storage: storageSchema,
}

const configSchema = z
  .object({
    ...blocksOfVersion1,
    publishers: publishersSchema.default([]),
    email_server: emailServerSchema.optional(),
    ai: aiSchema.prefault({}),
    captionfile: captionFileSchema.prefault({}),
    confirmation: confirmationSchema.prefault({}),
    content: contentSchema.prefault({}),
    auth: authSchema.optional(),
    appearance: appearanceSchema.prefault({}),
  })
  // Without a key of the tenant's there is nothing to analyze with (design section 3).
  .transform(({ features, ...config }) => ({
    ...config,
    features: {
      ...features,
      analyze_caption_enabled: features.analyze_caption_enabled && config.ai.credentials_ref !== undefined,
    },
  }))

/** Everything about one tenant that is no secret. */
export type RuntimeConfig = z.output<typeof configSchema>

/** Version 1 knows only features and storage; analysis and publishing are off whatever its flags say. */
const version1ConfigSchema = z.object(blocksOfVersion1).transform(
  ({ features, storage }): RuntimeConfig =>
    configSchema.parse({
      features: { ...features, analyze_caption_enabled: false, publish_enabled: false },
      storage: { ...storage, paths: { ...storage.paths } },
    }),
)

const envelope = {
  tenant: z.string().min(1).max(253),
  app_type: z.string().min(1),
  /** Opaque; some count. */
  config_version: z.union([z.string().min(1).max(500), z.number().transform(String)]),
  ttl_seconds: z.number().optional(),
}

const answerSchema = z
  .discriminatedUnion('schema_version', [
    z.object({ schema_version: z.literal(1), ...envelope, config: version1ConfigSchema }),
    z.object({ schema_version: z.literal(2), ...envelope, config: configSchema }),
  ])
  .transform(({ tenant, app_type, config_version, ttl_seconds, config }) => ({
    tenant,
    appType: app_type,
    configVersion: config_version,
    ttlSeconds: clampTtl(ttl_seconds),
    config,
  }))

/** What the orchestrator says about one host, checked and with all defaults filled in. */
export type RuntimeAnswer = z.output<typeof answerSchema>

/**
 * Checks a runtime answer. Throws a `ZodError` that names the wrong fields.
 * An answer of another app type passes whatever its config holds, since that config is not ours to judge.
 */
export function parseRuntimeAnswer(body: unknown): RuntimeAnswer | 'other_app_type' {
  const cleaned = withoutNulls(body)
  const binding = z.object({ app_type: z.string() }).safeParse(cleaned)
  if (binding.success && binding.data.app_type !== appType) return 'other_app_type'
  return answerSchema.parse(isObject(cleaned) ? { ...newest, ...cleaned } : cleaned)
}

/**
 * The answer as the newest contract writes it, without anything that this program has no use for: {@link parseRuntimeAnswer} gives
 * the same again.
 */
export function toBody({ tenant, appType: app_type, configVersion, ttlSeconds, config }: RuntimeAnswer) {
  return {
    ...newest,
    tenant,
    app_type,
    config_version: configVersion,
    ttl_seconds: ttlSeconds,
    config,
  }
}

/** An answer that names no schema, as the first ones of the contract, is of the newest. */
const newest = { schema_version: 2 }

const defaultTtlSeconds = 600

/** 0 or absent means the default, for live orchestrators have been seen to send 0; the rest is clamped to 5..3600. */
export function clampTtl(ttlSeconds: number | undefined): number {
  if (!ttlSeconds) return defaultTtlSeconds
  return Math.min(3600, Math.max(5, ttlSeconds))
}

/** The document without object members that are `null`. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === null ? [] : [[key, withoutNulls(member)]])),
  )
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
