/** Variables of the environment: the format of each, and the rules that span several variables. */
import { z } from 'zod'
import { Secret } from '../../base/secret.ts'
import { flag, httpUrl, secretText, whole } from '../../base/variables.ts'
import { emailSchema } from '../../contract/email.ts'
import { logLevels } from '../telemetry/log.ts'

const domain = z
  .string()
  .toLowerCase()
  .regex(
    /^(?=.{1,189}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
    'must be a domain name',
  )
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

/** Keeps the exact text, since issuers are compared character by character (OpenID Connect Discovery 1.0, section 4.3). */
const issuer = z.string().refine(isIssuer, {
  error: 'must be an https URL without a query (http only on this machine)',
})

const emails = z
  .string()
  .transform(commaSeparated)
  .pipe(z.array(emailSchema).transform((addresses) => [...new Set(addresses)]))

const thirtyDays = 30 * 24 * 3600
const weekSeconds = 7 * 24 * 3600

export const environmentSchema = z.object({
  PORT: whole('a port', 0, 65_535).default(8080),
  MAX_CONNECTIONS: whole('connections', 10, 60_000).default(2000),
  VIEWER_REQUESTS_PER_5_MINUTES: whole('requests', 0, 1_000_000).default(3000),
  CONFIG_SOURCE: z.enum(['orchestrator', 'file'], { error: 'must be orchestrator or file' }).optional(),
  CONFIG_FILE: z.string().optional(),
  CONFIG_CACHE_MB: whole('megabytes', 1, 4096).default(32),
  ORCHESTRATOR_BASE_URL: httpUrl.optional(),
  ORCHESTRATOR_SERVICE_TOKEN: z
    .string()
    .transform(commaSeparated)
    .refine((tokens) => tokens.length > 0, { error: 'must hold at least one token' })
    .transform((tokens) => tokens.map((token) => new Secret(token)))
    .optional(),
  ORCHESTRATOR_BASE_DOMAIN: domain.default('shibari.photo'),
  ORCHESTRATOR_TIMEOUT_MS: whole('milliseconds', 50, 10_000).default(3000),
  AUTH0_DOMAIN: domain.optional(),
  OIDC_ISSUER_URL: issuer.optional(),
  AUTH0_CLIENT_ID: z.string().optional(),
  AUTH0_CLIENT_SECRET: secretText.optional(),
  AUTH_CALLBACK_HOST: domain.optional(),
  ADMIN_LOGIN_EMAILS: emails.default([]),
  WEB_SESSION_SECRET: sessionSecrets,
  WEB_ADMIN_COOKIE_TTL_SECONDS: whole('seconds', 60, thirtyDays).default(weekSeconds),
  ADMIN_COOKIE_SCOPE: z.enum(['domain', 'host'], { error: 'must be domain or host' }).default('domain'),
  FORCE_HTTPS: flag(true),
  DEVELOPMENT_HOSTS: z.string().transform(commaSeparated).pipe(z.array(domain)).default([]),
  WEB_SECURE_COOKIES: flag(true),
  ALLOW_PRIVATE_ENDPOINTS: flag(false),
  LIBRARY_MAX_UPLOAD_MB: whole('megabytes', 1, 50).default(50),
  SCHEDULED_PUBLISH_HOSTS: z.string().transform(commaSeparated).default([]),
  METRICS_TOKEN: secretText.optional(),
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
})

export type Environment = z.output<typeof environmentSchema>

/** Gives the kind of config source, also if `CONFIG_SOURCE` is unset. */
export function sourceKind(env: Environment): 'orchestrator' | 'file' {
  return env.CONFIG_SOURCE ?? (env.ORCHESTRATOR_BASE_URL ? 'orchestrator' : 'file')
}

export function callbackHostOf(env: Environment): string {
  return env.AUTH_CALLBACK_HOST ?? `app.${env.ORCHESTRATOR_BASE_DOMAIN}`
}

/**
 * Gives the scope of session cookies. Browsers refuse cookies for a parent domain of one label, since they treat `localhost` as a public
 * suffix like `com` (RFC 6265bis, section 5.7). Each host then keeps its own cookie.
 */
export function cookieScopeOf(env: Environment): 'domain' | 'host' {
  return env.ORCHESTRATOR_BASE_DOMAIN.includes('.') ? env.ADMIN_COOKIE_SCOPE : 'host'
}

/** Variables that are set, well-formed or not. */
export type Given = Readonly<Partial<Record<keyof typeof environmentSchema.shape, string>>>

/** Gives one sentence for each variable that the given variables require but that is missing. */
export function missingVariables(given: Given): string[] {
  const problems: string[] = []
  if ((given.CONFIG_SOURCE ?? (given.ORCHESTRATOR_BASE_URL ? 'orchestrator' : 'file')) === 'orchestrator') {
    if (!given.ORCHESTRATOR_BASE_URL)
      problems.push('ORCHESTRATOR_BASE_URL is required with CONFIG_SOURCE=orchestrator')
    if (!given.ORCHESTRATOR_SERVICE_TOKEN)
      problems.push('ORCHESTRATOR_SERVICE_TOKEN is required with ORCHESTRATOR_BASE_URL')
  } else if (!given.CONFIG_FILE) {
    problems.push('either ORCHESTRATOR_BASE_URL or CONFIG_FILE is required')
  }
  const signIn = [
    given.AUTH0_DOMAIN ?? given.OIDC_ISSUER_URL,
    given.AUTH0_CLIENT_ID,
    given.AUTH0_CLIENT_SECRET,
  ]
  if (signIn.some(Boolean) && !signIn.every(Boolean)) {
    problems.push(
      'AUTH0_DOMAIN (or OIDC_ISSUER_URL), AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET belong together',
    )
  }
  return problems
}

/** Gives one sentence for each contradiction between well-formed variables. */
export function contradictions(env: Environment): string[] {
  return [...cookieContradictions(env), ...developmentContradictions(env)]
}

/** Tells if this is a developer's machine: plain HTTP, and host names below localhost. */
export function isDevelopment(env: Environment): boolean {
  return !env.FORCE_HTTPS && `.${env.ORCHESTRATOR_BASE_DOMAIN}`.endsWith('.localhost')
}

function developmentContradictions(env: Environment): string[] {
  if (env.DEVELOPMENT_HOSTS.length === 0 || isDevelopment(env)) return []
  return [
    'DEVELOPMENT_HOSTS needs FORCE_HTTPS=false and an ORCHESTRATOR_BASE_DOMAIN of localhost or below: it lists tenants',
  ]
}

function cookieContradictions(env: Environment): string[] {
  const isBelow = `.${callbackHostOf(env)}`.endsWith(`.${env.ORCHESTRATOR_BASE_DOMAIN}`)
  if (!env.AUTH0_CLIENT_ID || cookieScopeOf(env) === 'host' || isBelow) return []
  return [
    'AUTH_CALLBACK_HOST must lie under ORCHESTRATOR_BASE_DOMAIN, or ADMIN_COOKIE_SCOPE must be host: it sets the cookie',
  ]
}

function isIssuer(value: string): boolean {
  const url = URL.parse(value)
  if (!url || [url.username, url.password, url.search, url.hash].some((part) => part !== '')) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

function isLoopback(hostname: string): boolean {
  return /^(127(\.\d{1,3}){3}|\[::1\]|([a-z0-9-]+\.)*localhost)$/.test(hostname)
}
