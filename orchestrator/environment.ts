/** Environment variables of `npm run orchestrator`. */
import { z } from 'zod'
import { vendorVariables } from './connections/vendor-settings.ts'
import type { KeyVariables } from './secrets/keys-of-environment.ts'

const count = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error })
}

/** Token that fits into a header and is hard to guess. */
const token = /^[\x21-\x7e]{16,}$/

const webUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' })

/** Address to which paths are added. */
const origin = webUrl.refine((text) => isOrigin(URL.parse(text)), 'must be an address without a path')

function isOrigin(url: URL | null): boolean {
  return url === null || url.href === `${url.origin}/`
}

const flag = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .default('false')
  .transform((text) => text === 'true')

/** IDs, ARNs or aliases of KMS keys. */
const kmsKeyIds = z
  .string()
  .transform((list) => list.split(',').map((part) => part.trim()))
  .refine((list) => list.every((part) => /^[\w:/-]{1,2048}$/.test(part)), {
    error: 'must hold IDs, ARNs or aliases of KMS keys, separated by commas',
  })

const tokens = z
  .string()
  .transform((list) => list.split(',').map((part) => part.trim()))
  .refine((list) => list.every((part) => token.test(part)), {
    error: 'must hold tokens of at least 16 visible ASCII characters, separated by commas',
  })

const emails = z
  .string()
  .transform((list) => list.split(',').map((part) => part.trim().toLowerCase()))
  .refine((list) => list.every((part) => /^[^\s@]{1,64}@[^\s@]{1,250}$/.test(part)), {
    error: 'must hold e-mail addresses, separated by commas',
  })

const sessionSecrets = z
  .string()
  .transform((list) => list.split(',').map((part) => part.trim()))
  .refine((list) => list.every((part) => part.length >= 32), {
    error: 'must hold secrets of at least 32 characters, separated by commas',
  })

const environmentSchema = z
  .object({
    ORCHESTRATOR_PORT: count(0, 65_535).optional(),
    ORCHESTRATOR_HOST: z.string().optional(),
    // Heroku's own variable. Elsewhere it may belong to another program of the machine, in any form.
    PORT: count(0, 65_535).optional().catch(undefined),
    ORCHESTRATOR_FILE: z.string().optional(),
    ORCHESTRATOR_SECRETS_FILE: z.string().optional(),
    ORCHESTRATOR_AUDIT_FILE: z.string().optional(),
    ORCHESTRATOR_CLAIMS_DIR: z.string().optional(),
    ORCHESTRATOR_DATA_DIR: z.string().default('.orchestrator'),
    ORCHESTRATOR_KEYS: z.string().optional(),
    ORCHESTRATOR_KMS_KEY_ID: kmsKeyIds.optional(),
    ORCHESTRATOR_KMS_DECRYPT_ONLY: flag,
    ORCHESTRATOR_KMS_URL: webUrl.optional(),
    AWS_REGION: z
      .string()
      .regex(/^[a-z\d-]{1,64}$/, 'must be a region such as eu-central-1')
      .optional(),
    AWS_ACCESS_KEY_ID: z.string().optional(),
    AWS_SECRET_ACCESS_KEY: z.string().optional(),
    AWS_SESSION_TOKEN: z.string().optional(),
    DATABASE_URL: z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must start with postgres://')
      .optional(),
    FLEET_URL: webUrl.optional(),
    FLEET_PUBLIC_PORT: count(1, 65_535).optional(),
    ORCHESTRATOR_BASE_DOMAIN: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^[a-z\d.-]{1,200}$/, 'must be a domain, such as shibari.photo')
      .default('shibari.photo'),
    ORCHESTRATOR_PUBLIC_URL: origin.optional(),
    CONSOLE_HOST: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^[a-z\d.-]{1,253}(:\d{1,5})?$/, 'must be a host, such as console.example.org')
      .optional(),
    OPERATOR_EMAILS: emails.default([]),
    OIDC_ISSUER_URL: webUrl.optional(),
    AUTH0_DOMAIN: z.string().trim().min(1).optional(),
    AUTH0_CLIENT_ID: z.string().optional(),
    AUTH0_CLIENT_SECRET: z.string().optional(),
    WEB_SESSION_SECRET: sessionSecrets.optional(),
    NOTICE_SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be an smtp(s) URL' }).optional(),
    NOTICE_FROM: z.string().trim().min(3).optional(),
    ...vendorVariables.shape,
    ALLOW_PRIVATE_ENDPOINTS: flag,
    NODE_ENV: z.string().optional(),
    DYNO: z.string().optional(),
    ORCHESTRATOR_SERVICE_TOKEN: tokens.default([]),
    ORCHESTRATOR_CALLS_PER_MINUTE: count(0, 100_000_000).default(300_000),
    ORCHESTRATOR_OTHER_APP_STATUS: z
      .enum(['404', '409'], { error: 'must be 404 or 409' })
      .default('404')
      .transform((status) => (status === '409' ? 409 : 404)),
  })
  .superRefine((env, context) => {
    const refuse = (name: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message })
    if (env.ORCHESTRATOR_FILE !== undefined) {
      if (env.ORCHESTRATOR_SERVICE_TOKEN.length === 0) refuse('ORCHESTRATOR_SERVICE_TOKEN', 'is required')
      return
    }
    if (env.ORCHESTRATOR_SECRETS_FILE !== undefined)
      refuse('ORCHESTRATOR_FILE', 'is required with ORCHESTRATOR_SECRETS_FILE')
    if (env.DYNO !== undefined && env.DATABASE_URL === undefined)
      refuse('DATABASE_URL', 'is required on Heroku, whose disk is not kept')
    if ((env.NOTICE_SMTP_URL === undefined) !== (env.NOTICE_FROM === undefined))
      refuse(
        env.NOTICE_FROM === undefined ? 'NOTICE_FROM' : 'NOTICE_SMTP_URL',
        'is required to send notices by mail',
      )
    refuseKeys(env, refuse)
    refuseConsole(env, refuse)
  })
  .transform(({ PORT, ...env }) => {
    const isDyno = env.DYNO !== undefined
    return {
      ...env,
      ORCHESTRATOR_PORT: env.ORCHESTRATOR_PORT ?? (isDyno ? PORT : undefined) ?? 8090,
      // Heroku's router calls a dyno from outside.
      ORCHESTRATOR_HOST: env.ORCHESTRATOR_HOST ?? (isDyno ? '0.0.0.0' : '127.0.0.1'),
    }
  })

interface ConsoleVariables extends Runtime {
  CONSOLE_HOST?: string | undefined
  OPERATOR_EMAILS: readonly string[]
  ORCHESTRATOR_PUBLIC_URL?: string | undefined
  OIDC_ISSUER_URL?: string | undefined
  AUTH0_DOMAIN?: string | undefined
  AUTH0_CLIENT_ID?: string | undefined
  AUTH0_CLIENT_SECRET?: string | undefined
  WEB_SESSION_SECRET?: readonly string[] | undefined
}

/** Refuses a console without a way to sign in. */
function refuseConsole(env: ConsoleVariables, refuse: (name: string, message: string) => void): void {
  if (env.CONSOLE_HOST === undefined) return
  if (env.OPERATOR_EMAILS.length === 0) refuse('OPERATOR_EMAILS', 'is required with CONSOLE_HOST')
  if (env.OIDC_ISSUER_URL === undefined && env.AUTH0_DOMAIN === undefined)
    refuse('OIDC_ISSUER_URL', 'or AUTH0_DOMAIN is required with CONSOLE_HOST')
  const others = [
    'ORCHESTRATOR_PUBLIC_URL',
    'AUTH0_CLIENT_ID',
    'AUTH0_CLIENT_SECRET',
    'WEB_SESSION_SECRET',
  ] as const
  for (const name of others) if (env[name] === undefined) refuse(name, 'is required with CONSOLE_HOST')
  if (isProduction(env) && env.ORCHESTRATOR_PUBLIC_URL?.startsWith('http:'))
    refuse('ORCHESTRATOR_PUBLIC_URL', 'must start with https:// in production')
}

type KeysOfProcess = KeyVariables & Runtime & { ALLOW_PRIVATE_ENDPOINTS: boolean }

/** Refuses incomplete variables of key-encryption keys. */
function refuseKeys(env: KeysOfProcess, refuse: (name: string, message: string) => void): void {
  const isKms = env.ORCHESTRATOR_KMS_KEY_ID !== undefined
  if (env.ORCHESTRATOR_KEYS === undefined) {
    if (isProduction(env) && !isKms)
      refuse(
        'ORCHESTRATOR_KEYS',
        'is required in production: kid:base64url of 32 random bytes. ORCHESTRATOR_KMS_KEY_ID replaces it',
      )
    if (env.ORCHESTRATOR_KMS_DECRYPT_ONLY)
      refuse('ORCHESTRATOR_KEYS', 'is required with ORCHESTRATOR_KMS_DECRYPT_ONLY')
  }
  if (!isKms) return
  for (const name of ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const)
    if (env[name] === undefined) refuse(name, 'is required with ORCHESTRATOR_KMS_KEY_ID')
  if (env.ORCHESTRATOR_KMS_URL?.startsWith('http:') && !env.ALLOW_PRIVATE_ENDPOINTS)
    refuse('ORCHESTRATOR_KMS_URL', 'must start with https://, because data keys are sent there')
}

export type OrchestratorEnvironment = z.output<typeof environmentSchema>

/** Parses the environment. An empty variable counts as absent. Throws an `Error` that names every fault, but no value. */
export function parseEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): OrchestratorEnvironment {
  const present = Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim()))
  const parsed = environmentSchema.safeParse(present)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
  throw new Error(`The environment is incomplete or malformed: ${problems.join('; ')}`)
}

/** Variables that tell a production process. */
interface Runtime {
  NODE_ENV?: string | undefined
  DYNO?: string | undefined
}

/** Checks for a production process: by `NODE_ENV`, or on Heroku. */
function isProduction({ NODE_ENV, DYNO }: Runtime): boolean {
  return NODE_ENV === 'production' || DYNO !== undefined
}
