/** Answers of `POST /v1/credentials/resolve`, discriminated by `provider`. */
import { z } from 'zod'
import { Secret } from '../base/secret.ts'

const secret = z
  .string()
  .min(1)
  .transform((value) => new Secret(value))
/** Google's key file, as a JSON object or as its text. */
const serviceAccount = z
  .union([z.string().min(1), z.record(z.string(), z.unknown())])
  .transform((key) => new Secret(typeof key === 'string' ? key : JSON.stringify(key)))
/** An opaque version or ID. Some orchestrators use numbers. */
const opaque = z.union([z.string(), z.number().transform(String)])
/** Version of the credentials, which only tells versions apart. Treats other types as absent. */
const version = opaque.catch('')
const absentWhereBlank = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value

const defaultRegion = 'auto'

const s3 = {
  version,
  access_key_id: secret,
  secret_access_key: secret,
  endpoint_url: z
    .string()
    .trim()
    .pipe(z.url({ protocol: /^https?$/ })),
  bucket: z.string().trim().min(1),
  region: z.string().trim().min(1).catch(defaultRegion),
}

const byProvider = z.discriminatedUnion('provider', [
  z.object({ provider: z.literal('dropbox'), version, refresh_token: secret }),
  z.object({ provider: z.literal('s3'), ...s3 }),
  z.object({ provider: z.literal('managed'), ...s3 }),
  z.object({
    provider: z.literal('gdrive'),
    version,
    refresh_token: z.preprocess(absentWhereBlank, secret.optional()),
    service_account: z.preprocess(absentWhereBlank, serviceAccount.optional()),
  }),
  z.object({ provider: z.literal('openai'), version, api_key: secret }),
  z.object({ provider: z.literal('telegram'), version, bot_token: secret }),
  z.object({ provider: z.literal('smtp'), version, password: secret }),
  z.object({ provider: z.literal('instagram'), version, access_token: secret, user_id: opaque }),
  z.object({ provider: z.literal('bluesky'), version, handle: z.string(), app_password: secret }),
  z.object({
    provider: z.literal('mastodon'),
    version,
    instance_url: z.string().trim().pipe(z.url()),
    access_token: secret,
  }),
])

/** Parses resolved credentials. Accepts the provider's name in any case. */
export const credentialsSchema = z.preprocess((answer) => {
  const named = z.looseObject({ provider: z.string() }).safeParse(answer).data
  return named ? { ...named, provider: named.provider.trim().toLowerCase() } : answer
}, byProvider)

/** Resolved credentials with every secret wrapped. */
export type Credentials = z.output<typeof credentialsSchema>
export type CredentialsOf<P extends Credentials['provider']> = Extract<Credentials, { provider: P }>

type Defaults = Readonly<Record<string, string | null>>

const answerDefaults = {
  dropbox: { expires_at: null },
  s3: { region: defaultRegion },
  managed: { region: defaultRegion },
} satisfies Partial<Record<Credentials['provider'], Defaults>>

/** Returns the fields that an answer of this provider always carries, with their default values. */
export function answerDefaultsOf(provider: Credentials['provider']): Defaults {
  const byProvider: Partial<Record<Credentials['provider'], Defaults>> = answerDefaults
  return byProvider[provider] ?? {}
}
