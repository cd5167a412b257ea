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
/** A version of another type counts as absent, because versions are only compared. */
const version = opaque.catch('').meta({
  description: 'Version of the credentials. A new version replaces cached credentials.',
  examples: ['2026-11-29'],
})
const absentWhereBlank = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value

interface MaybeSession {
  did?: string | undefined
  service?: string | undefined
  access_token?: Secret | undefined
  dpop_key?: Secret | undefined
}

/** Checks for all parts of a session of OAuth at Bluesky. */
function isSession({ did, service, access_token, dpop_key }: MaybeSession): boolean {
  return [did, service, access_token, dpop_key].every((part) => part !== undefined)
}

const defaultRegion = 'auto'

const s3 = {
  version,
  access_key_id: secret.meta({ description: 'Access key ID.', examples: ['access-key-id'] }),
  secret_access_key: secret.meta({ description: 'Secret access key.', examples: ['secret-access-key'] }),
  endpoint_url: z
    .string()
    .trim()
    .pipe(z.url({ protocol: /^https?$/ }))
    .meta({ description: 'URL of the S3 server.', examples: ['https://s3.eu-central-1.amazonaws.com'] }),
  bucket: z
    .string()
    .trim()
    .min(1)
    .meta({ description: 'Bucket that holds the photos.', examples: ['bobs-photos'] }),
  region: z
    .string()
    .trim()
    .min(1)
    .catch(defaultRegion)
    .meta({ description: 'Region for the signature.', examples: ['eu-central-1'] }),
}

const byProvider = z.discriminatedUnion('provider', [
  z.object({
    provider: z.literal('dropbox'),
    version,
    refresh_token: secret.meta({
      description: "Refresh token of the tenant's Dropbox account.",
      examples: ['refresh-token'],
    }),
  }),
  z.object({ provider: z.literal('s3'), ...s3 }),
  z.object({ provider: z.literal('managed'), ...s3 }),
  z.object({
    provider: z.literal('gdrive'),
    version,
    refresh_token: z.preprocess(absentWhereBlank, secret.optional()).meta({
      description: "Refresh token of the tenant's Google account.",
      examples: ['refresh-token'],
    }),
    service_account: z.preprocess(absentWhereBlank, serviceAccount.optional()).meta({
      description: "Google's key file of a service account: a JSON object or its text.",
      examples: ['{"type":"service_account"}'],
    }),
  }),
  z.object({
    provider: z.literal('openai'),
    version,
    api_key: secret.meta({ description: 'API key.', examples: ['sk-example'] }),
  }),
  z.object({
    provider: z.literal('telegram'),
    version,
    bot_token: secret.meta({
      description: 'Token of the bot, from @BotFather.',
      examples: ['123456:bot-token'],
    }),
  }),
  z.object({
    provider: z.literal('smtp'),
    version,
    password: secret.meta({ description: 'Password at the mail server.', examples: ['mail-password'] }),
  }),
  z.object({
    provider: z.literal('instagram'),
    version,
    access_token: secret.meta({ description: 'Access token.', examples: ['access-token'] }),
    user_id: opaque.meta({ description: 'ID of the Instagram account.', examples: ['17841400000000000'] }),
  }),
  z
    .object({
      provider: z.literal('bluesky'),
      version,
      handle: z.string().meta({ description: 'Handle of the account.', examples: ['alice.example.org'] }),
      app_password: z.preprocess(absentWhereBlank, secret.optional()).meta({
        description: 'App password, not the account password. Absent for a session of OAuth.',
        examples: ['app-password'],
      }),
      service: z.preprocess(absentWhereBlank, z.string().trim().pipe(z.url()).optional()).meta({
        description: "URL of the account's own server. Required for a session of OAuth.",
        examples: ['https://pds.example.org'],
      }),
      did: z
        .string()
        .optional()
        .meta({
          description: 'Permanent identifier of the account. Required for a session of OAuth.',
          examples: ['did:plc:ewvi7nxzyoun6zhxrhs64oiz'],
        }),
      access_token: z.preprocess(absentWhereBlank, secret.optional()).meta({
        description: 'Access token of a session of OAuth. The control plane renews it in time.',
        examples: ['access-token'],
      }),
      dpop_key: z.preprocess(absentWhereBlank, secret.optional()).meta({
        description: 'Private key of a session of OAuth, as a JWK in JSON.',
        examples: ['{"kty":"EC"}'],
      }),
    })
    .refine(({ app_password, ...session }) => app_password !== undefined || isSession(session), {
      error: 'must be present, or did, service, access_token and dpop_key of a session of OAuth',
      path: ['app_password'],
    }),
  z.object({
    provider: z.literal('mastodon'),
    version,
    instance_url: z
      .string()
      .trim()
      .pipe(z.url())
      .meta({ description: 'URL of the Mastodon server.', examples: ['https://mastodon.example'] }),
    access_token: secret.meta({ description: 'Access token.', examples: ['access-token'] }),
  }),
])

/** Parses resolved credentials. Ignores the case of the provider's name. */
export const credentialsSchema = z.preprocess((answer) => {
  const named = z.looseObject({ provider: z.string() }).safeParse(answer).data
  return named ? { ...named, provider: named.provider.trim().toLowerCase() } : answer
}, byProvider)

/** Resolved credentials with every secret wrapped. */
export type Credentials = z.output<typeof credentialsSchema>
export type CredentialsOf<P extends Credentials['provider']> = Extract<Credentials, { provider: P }>

type Defaults = Readonly<Record<string, string | null>>

const answerDefaults: ReadonlyMap<string, Defaults> = new Map<Credentials['provider'], Defaults>([
  ['dropbox', { expires_at: null }],
  ['s3', { region: defaultRegion }],
  ['managed', { region: defaultRegion }],
])

/** Returns the fields that an answer of this provider always carries, with their default values. */
export function answerDefaultsOf(provider: string): Defaults {
  return answerDefaults.get(provider) ?? {}
}
