/** The environment (design section 8), checked once at the start. */
import { z } from 'zod'
import { Secret } from '../secret.ts'
import { type LogLevel, logLevels } from './log.ts'

/** Where configuration comes from: the control plane, or one file for one dedicated app (the rollback path). */
export type ConfigSourceSettings =
  | { kind: 'orchestrator'; baseUrl: string; tokens: readonly Secret[]; timeoutMs: number }
  | { kind: 'file'; path: string }

export interface Settings {
  port: number
  configSource: ConfigSourceSettings
  baseDomain: string
  /** The one host that the identity provider returns to. It is no tenant. */
  callbackHost: string
  authMode: 'auth0' | 'none'
  /** First is used for new signatures, all of them are accepted. */
  sessionSecrets: readonly [Secret, ...Secret[]]
  /** False in development only: the public scheme is then `http`. */
  forceHttps: boolean
  secureCookies: boolean
  allowPrivateEndpoints: boolean
  dropboxApp: { key: string; secret: Secret } | null
  dropboxBaseUrl: string | undefined
  /** Folder that all `local` stores have to lie in; undefined: their roots are absolute paths. */
  localStorageRoot: string | undefined
  logLevel: LogLevel
}

/** Thrown for a start that cannot succeed. The message names variables, never their values. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

const flag = (whenAbsent: boolean) =>
  z
    .enum(['true', 'false', '1', '0'], { error: 'must be true or false' })
    .transform((value) => value === 'true' || value === '1')
    .default(whenAbsent)
const url = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .transform((value) => value.replace(/\/+$/, ''))
const domain = z
  .string()
  .toLowerCase()
  .regex(
    /^(?=.{1,189}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
    'must be a domain name',
  )
const secret = z
  .string()
  .min(1)
  .transform((value) => new Secret(value))
const commaSeparated = (value: string) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const sessionSecrets = z
  .string({ error: 'is required' })
  .transform(commaSeparated)
  .refine((parts) => parts.length > 0 && parts.every((part) => part.length >= 32), {
    error: 'must hold at least 32 characters each',
  })
  .transform(([first = '', ...rest]): [Secret, ...Secret[]] => [
    new Secret(first),
    ...rest.map((part) => new Secret(part)),
  ])

const environmentSchema = z.object({
  PORT: z.coerce.number({ error: 'must be a port' }).int().min(0).max(65_535).default(8080),
  CONFIG_SOURCE: z.enum(['orchestrator', 'file'], { error: 'must be orchestrator or file' }).optional(),
  CONFIG_FILE: z.string().optional(),
  ORCHESTRATOR_BASE_URL: url.optional(),
  ORCHESTRATOR_SERVICE_TOKEN: z
    .string()
    .transform(commaSeparated)
    .refine((tokens) => tokens.length > 0, { error: 'must hold at least one token' })
    .transform((tokens) => tokens.map((token) => new Secret(token)))
    .optional(),
  ORCHESTRATOR_BASE_DOMAIN: domain.default('shibari.photo'),
  ORCHESTRATOR_TIMEOUT_MS: z.coerce
    .number({ error: 'must be milliseconds' })
    .int()
    .min(50)
    .max(10_000)
    .default(3000),
  DROPBOX_APP_KEY: z.string().optional(),
  DROPBOX_APP_SECRET: secret.optional(),
  DROPBOX_BASE_URL: url.optional(),
  AUTH0_DOMAIN: domain.optional(),
  OIDC_ISSUER_URL: url.optional(),
  AUTH0_CLIENT_ID: z.string().optional(),
  AUTH0_CLIENT_SECRET: secret.optional(),
  AUTH_CALLBACK_HOST: domain.optional(),
  WEB_SESSION_SECRET: sessionSecrets,
  FORCE_HTTPS: flag(true),
  WEB_SECURE_COOKIES: flag(true),
  ALLOW_PRIVATE_ENDPOINTS: flag(false),
  LOCAL_STORAGE_ROOT: z.string().optional(),
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
})

type Environment = z.output<typeof environmentSchema>

/**
 * Checks the environment. An empty variable counts as absent. Throws {@link SettingsError} whose one message names every
 * variable that is missing or malformed and what is wrong with it.
 */
export function parseSettings(variables: Readonly<Record<string, unknown>>): Settings {
  const known = Object.keys(environmentSchema.shape).flatMap((name) => {
    const value = variables[name]
    return typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()] as const] : []
  })
  const parsed = environmentSchema.safeParse(Object.fromEntries(known))
  const problems = parsed.success
    ? crossChecks(parsed.data)
    : parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`)
  if (!parsed.success || problems.length > 0) {
    throw new SettingsError(`The environment is incomplete or malformed: ${problems.join('; ')}`)
  }
  return toSettings(parsed.data)
}

/** What no single variable can tell. */
function crossChecks(env: Environment): string[] {
  const problems: string[] = []
  if (sourceKind(env) === 'orchestrator') {
    if (!env.ORCHESTRATOR_BASE_URL)
      problems.push('ORCHESTRATOR_BASE_URL is required with CONFIG_SOURCE=orchestrator')
    if (!env.ORCHESTRATOR_SERVICE_TOKEN)
      problems.push('ORCHESTRATOR_SERVICE_TOKEN is required with ORCHESTRATOR_BASE_URL')
  } else if (!env.CONFIG_FILE) {
    problems.push('either ORCHESTRATOR_BASE_URL or CONFIG_FILE is required')
  }
  if (Boolean(env.DROPBOX_APP_KEY) !== Boolean(env.DROPBOX_APP_SECRET)) {
    problems.push('DROPBOX_APP_KEY and DROPBOX_APP_SECRET belong together')
  }
  const signIn = [env.AUTH0_DOMAIN ?? env.OIDC_ISSUER_URL, env.AUTH0_CLIENT_ID, env.AUTH0_CLIENT_SECRET]
  if (signIn.some(Boolean) && !signIn.every(Boolean)) {
    problems.push(
      'AUTH0_DOMAIN (or OIDC_ISSUER_URL), AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET belong together',
    )
  }
  return problems
}

function sourceKind(env: Environment): 'orchestrator' | 'file' {
  return env.CONFIG_SOURCE ?? (env.ORCHESTRATOR_BASE_URL ? 'orchestrator' : 'file')
}

function toSettings(env: Environment): Settings {
  return {
    port: env.PORT,
    configSource:
      sourceKind(env) === 'orchestrator'
        ? {
            kind: 'orchestrator',
            baseUrl: env.ORCHESTRATOR_BASE_URL ?? '',
            tokens: env.ORCHESTRATOR_SERVICE_TOKEN ?? [],
            timeoutMs: env.ORCHESTRATOR_TIMEOUT_MS,
          }
        : { kind: 'file', path: env.CONFIG_FILE ?? '' },
    baseDomain: env.ORCHESTRATOR_BASE_DOMAIN,
    callbackHost: env.AUTH_CALLBACK_HOST ?? `app.${env.ORCHESTRATOR_BASE_DOMAIN}`,
    authMode: env.AUTH0_CLIENT_ID ? 'auth0' : 'none',
    sessionSecrets: env.WEB_SESSION_SECRET,
    forceHttps: env.FORCE_HTTPS,
    secureCookies: env.WEB_SECURE_COOKIES,
    allowPrivateEndpoints: env.ALLOW_PRIVATE_ENDPOINTS,
    dropboxApp:
      env.DROPBOX_APP_KEY && env.DROPBOX_APP_SECRET
        ? { key: env.DROPBOX_APP_KEY, secret: env.DROPBOX_APP_SECRET }
        : null,
    dropboxBaseUrl: env.DROPBOX_BASE_URL,
    localStorageRoot: env.LOCAL_STORAGE_ROOT,
    logLevel: env.LOG_LEVEL,
  }
}
