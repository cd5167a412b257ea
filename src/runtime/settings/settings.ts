/** The settings of a process, made from the environment once at the start. */
import { z } from 'zod'
import type { Secret } from '../../base/secret.ts'
import { parseVariables, SettingsError, type Variables } from '../../base/variables.ts'
import type { Email } from '../../contract/email.ts'
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

/** Where configuration comes from: the control plane, or one file for one dedicated app (the rollback path). */
export type ConfigSourceSettings =
  | { kind: 'orchestrator'; baseUrl: string; tokens: readonly Secret[]; timeoutMs: number }
  | { kind: 'file'; path: string }

/** The identity provider and our registration there. */
export interface ProviderSettings {
  /** As it names itself, to the letter: Auth0's ends with a slash. */
  issuer: string
  clientId: string
  clientSecret: Secret
  /** Auth0 ends sessions at `/v2/logout` also where its discovery document does not say so. */
  isAuth0: boolean
}

/** The checked environment of one process (docs/configuration.md). */
export interface Settings {
  port: number
  /** Open connections of the Node host. */
  maxConnections: number
  /** Requests to viewer routes per client and tenant in five minutes; 0: no limit. */
  viewerRequests: number
  configSource: ConfigSourceSettings
  /** Memory for configurations and what is derived from them. Bytes. */
  maxConfigBytes: number
  baseDomain: string
  /** The one host that the identity provider returns to. It is no tenant. */
  callbackHost: string
  /** Who signs people in; `null`: nobody can sign in anywhere. */
  provider: ProviderSettings | null
  /** Admins of tenants whose configuration names none of their own. */
  adminEmails: readonly Email[]
  /** First is used for new tokens, all of them are accepted. */
  sessionSecrets: readonly [Secret, ...Secret[]]
  /** How long a sign-in lasts without being used. */
  sessionTtlSeconds: number
  /** `domain`: one cookie for all hosts under the base domain; `host`: each host keeps its own. */
  cookieScope: 'domain' | 'host'
  /** False in development only: the public scheme is then `http`. */
  forceHttps: boolean
  /** True when unknown hosts get a list of galleries: over HTTP and below localhost only. */
  isDevelopment: boolean
  /** Hosts of that list, where the source of configurations cannot name them. */
  developmentHosts: readonly string[]
  secureCookies: boolean
  allowPrivateEndpoints: boolean
  /** Largest photo that is taken in. Bytes. */
  maxUploadBytes: number
  /** Hosts of tenants that a Worker's schedule publishes one photo of. */
  scheduledHosts: readonly string[]
  /** Who holds it may read `/metrics`; undefined: nobody may. */
  metricsToken: Secret | undefined
  logLevel: LogLevel
  /** Parsed variables of providers, with every secret wrapped. */
  ofProviders: Readonly<Record<string, unknown>>
}

/** Variables that belong to providers; each reads its own where it is registered. */
export interface ProviderVariables {
  readonly shape: z.ZodRawShape
  /** Variables that are set together or not at all. */
  readonly together: readonly (readonly string[])[]
}

const noProviders: ProviderVariables = { shape: {}, together: [] }

/**
 * Checks the environment, with the variables of `providers` (default: there are none). An empty variable counts as absent. Throws
 * {@link SettingsError} whose one message names every variable that is missing or malformed and what is wrong with it.
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

/** One sentence for each group of which only a part is set. */
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

/** `OIDC_ISSUER_URL` says more than `AUTH0_DOMAIN` and counts where both are set. */
function toProvider(env: Environment): ProviderSettings | null {
  const { AUTH0_CLIENT_ID: clientId, AUTH0_CLIENT_SECRET: clientSecret } = env
  const issuer = env.OIDC_ISSUER_URL ?? (env.AUTH0_DOMAIN ? `https://${env.AUTH0_DOMAIN}/` : undefined)
  if (!issuer || !clientId || !clientSecret) return null
  return { issuer, clientId, clientSecret, isAuth0: env.OIDC_ISSUER_URL === undefined }
}
