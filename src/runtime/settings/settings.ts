/** Settings of a process, parsed from the environment once at the start. */
import { z } from 'zod'
import type { Secret } from '../../base/secret.ts'
import { parseVariables, SettingsError, type Variables } from '../../base/variables.ts'
import type { Email } from '../../contract/email.ts'
import type { ProviderSettings } from '../../openid/oidc-client.ts'
import type { LogLevel } from '../telemetry/log.ts'
import {
  callbackHostOf,
  contradictions,
  cookieScopeOf,
  type Environment,
  isDevelopment,
  missingVariables,
  sourceKind,
} from './environment.ts'
import { environmentSchema } from './variables.ts'

/** Source of configurations: the control plane, or the file of a dedicated app (the rollback path). */
export type ConfigSourceSettings =
  | { kind: 'orchestrator'; baseUrl: string; tokens: readonly Secret[]; timeoutMs: number }
  | { kind: 'file'; path: string }

/** Checked environment of one process (docs/configuration.md). */
export interface Settings {
  port: number
  /** Upper bound on open connections of the Node host. */
  maxConnections: number
  /** Requests to viewer routes per client and tenant in five minutes. 0 means no limit. */
  viewerRequests: number
  configSource: ConfigSourceSettings
  /** Bytes of memory for configurations and their derived objects. */
  maxConfigBytes: number
  baseDomain: string
  /** Host to which the identity provider returns. Not a tenant. */
  callbackHost: string
  /** Identity provider; `null` disables sign-in on all hosts. */
  provider: ProviderSettings | null
  /** Admins of tenants whose configuration has no list of admins. */
  adminEmails: readonly Email[]
  /** The first secret makes new tokens; every secret is accepted. */
  sessionSecrets: readonly [Secret, ...Secret[]]
  /** Time after which an unused session ends. */
  sessionTtlSeconds: number
  /** `domain`: all hosts under the base domain share one cookie. `host`: each host keeps its own cookie. */
  cookieScope: 'domain' | 'host'
  /** False only in development, where the public scheme is `http`. */
  forceHttps: boolean
  /** True on a developer's machine. Unknown hosts then show a list of galleries. */
  isDevelopment: boolean
  /** Hosts of the list of galleries, if the config source cannot list its hosts. */
  developmentHosts: readonly string[]
  secureCookies: boolean
  allowPrivateEndpoints: boolean
  /** Bytes of the largest photo that can be uploaded. */
  maxUploadBytes: number
  /** Hosts of the tenants for which a Worker's schedule publishes one photo. */
  scheduledHosts: readonly string[]
  /** Token that gives access to `/metrics`. Undefined disables `/metrics`. */
  metricsToken: Secret | undefined
  logLevel: LogLevel
  /** Parsed variables of providers, with every secret wrapped. */
  ofProviders: Readonly<Record<string, unknown>>
}

/** Variables that belong to providers. Each provider reads its own variables where it is registered. */
export interface ProviderVariables {
  readonly shape: z.ZodRawShape
  /** Variables that are set together or not at all. */
  readonly together: readonly (readonly string[])[]
}

const noProviders: ProviderVariables = { shape: {}, together: [] }

/**
 * Checks the environment and the variables of `providers` (default: none). An empty variable counts as absent. Throws a
 * {@link SettingsError} whose message names every missing or malformed variable and its fault.
 */
export function parseSettings(variables: Variables, providers: ProviderVariables = noProviders): Settings {
  const parsed = parseVariables(environmentSchema, variables)
  const ofProviders = parseVariables(z.object(providers.shape), variables)
  const wrong = parsed.data ? contradictions(parsed.data) : []
  const problems = [
    ...parsed.problems,
    ...ofProviders.problems,
    ...wrong,
    ...missingVariables(parsed.given),
    ...separated(providers.together, ofProviders.given),
  ]
  if (!parsed.data || !ofProviders.data || problems.length > 0) {
    throw new SettingsError(`The environment is incomplete or malformed: ${problems.join('; ')}`)
  }
  return { ...toSettings(parsed.data), ofProviders: ofProviders.data }
}

/** Returns one sentence for each group that is set only in part. */
function separated(groups: ProviderVariables['together'], given: Readonly<Record<string, string>>): string[] {
  return groups
    .filter((group) => group.some((name) => given[name]) && !group.every((name) => given[name]))
    .map((group) => `${group.join(' and ')} belong together`)
}

function toSettings(env: Environment): Omit<Settings, 'ofProviders'> {
  return {
    port: env.PORT,
    maxConnections: env.MAX_CONNECTIONS,
    viewerRequests: env.VIEWER_REQUESTS_PER_5_MINUTES,
    configSource:
      sourceKind(env) === 'orchestrator'
        ? {
            kind: 'orchestrator',
            baseUrl: env.ORCHESTRATOR_BASE_URL ?? '',
            tokens: env.ORCHESTRATOR_SERVICE_TOKEN ?? [],
            timeoutMs: env.ORCHESTRATOR_TIMEOUT_MS,
          }
        : { kind: 'file', path: env.CONFIG_FILE ?? '' },
    maxConfigBytes: env.CONFIG_CACHE_MB * 2 ** 20,
    baseDomain: env.ORCHESTRATOR_BASE_DOMAIN,
    callbackHost: callbackHostOf(env),
    provider: toProvider(env),
    adminEmails: env.ADMIN_LOGIN_EMAILS,
    sessionSecrets: env.WEB_SESSION_SECRET,
    sessionTtlSeconds: env.WEB_ADMIN_COOKIE_TTL_SECONDS,
    cookieScope: cookieScopeOf(env),
    forceHttps: env.FORCE_HTTPS,
    isDevelopment: isDevelopment(env),
    developmentHosts: env.DEVELOPMENT_HOSTS,
    secureCookies: env.WEB_SECURE_COOKIES,
    allowPrivateEndpoints: env.ALLOW_PRIVATE_ENDPOINTS,
    maxUploadBytes: env.LIBRARY_MAX_UPLOAD_MB * 2 ** 20,
    scheduledHosts: env.SCHEDULED_PUBLISH_HOSTS,
    metricsToken: env.METRICS_TOKEN,
    logLevel: env.LOG_LEVEL,
  }
}

/** Returns the identity provider, or `null`. `OIDC_ISSUER_URL` takes precedence over `AUTH0_DOMAIN`. */
function toProvider(env: Environment): ProviderSettings | null {
  const { AUTH0_CLIENT_ID: clientId, AUTH0_CLIENT_SECRET: clientSecret } = env
  const issuer = env.OIDC_ISSUER_URL ?? (env.AUTH0_DOMAIN ? `https://${env.AUTH0_DOMAIN}/` : undefined)
  if (!issuer || !clientId || !clientSecret) return null
  return { issuer, clientId, clientSecret, isAuth0: env.OIDC_ISSUER_URL === undefined }
}
