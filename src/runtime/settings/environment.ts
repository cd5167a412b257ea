/** Defaults that depend on several variables, and the rules between variables. */
import type { z } from 'zod'
import type { environmentSchema } from './variables.ts'

export type Environment = z.output<typeof environmentSchema>

/** Returns the kind of config source, also if `CONFIG_SOURCE` is unset. */
export function sourceKind(env: Environment): 'orchestrator' | 'file' {
  return env.CONFIG_SOURCE ?? (env.ORCHESTRATOR_BASE_URL ? 'orchestrator' : 'file')
}

export function callbackHostOf(env: Environment): string {
  return env.AUTH_CALLBACK_HOST ?? `app.${env.ORCHESTRATOR_BASE_DOMAIN}`
}

/**
 * Returns the scope of session cookies. Browsers refuse cookies for a parent domain of one label, since they treat `localhost` as a public
 * suffix like `com` (RFC 6265bis, section 5.7). Each host then keeps its own cookie.
 */
export function cookieScopeOf(env: Environment): 'domain' | 'host' {
  return env.ORCHESTRATOR_BASE_DOMAIN.includes('.') ? env.ADMIN_COOKIE_SCOPE : 'host'
}

/** Variables that are set, well-formed or not. */
export type Given = Readonly<Partial<Record<keyof typeof environmentSchema.shape, string>>>

/** Returns one sentence for each variable that the given variables require but that is missing. */
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

/** Returns one sentence for each contradiction between well-formed variables. */
export function contradictions(env: Environment): string[] {
  return [...cookieContradictions(env), ...developmentContradictions(env)]
}

/** Checks if this is a developer's machine: plain HTTP, and host names below localhost. */
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
