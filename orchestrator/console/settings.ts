/** Settings of the console, from the environment. */
import { Secret } from '../../src/base/secret.ts'
import type { ProviderSettings } from '../../src/openid/oidc-client.ts'
import type { OrchestratorEnvironment } from '../environment.ts'

export interface ConsoleSettings {
  /** Host with the port, if any. */
  host: string
  /** Origin of the console's pages. Built from settings, never from a request. */
  origin: string
  /** True for HTTPS. False in development only. */
  isSecure: boolean
  provider: ProviderSettings
  operators: ReadonlySet<string>
  /** The first secret makes new sessions; every secret is accepted. */
  secrets: readonly [Secret, ...Secret[]]
}

/** Returns the settings, or `undefined` if the console is off. */
export function consoleSettings(env: OrchestratorEnvironment): ConsoleSettings | undefined {
  const { CONSOLE_HOST: host, WEB_SESSION_SECRET: texts = [] } = env
  const [first, ...older] = texts.map((text) => new Secret(text))
  const provider = providerOf(env)
  if (host === undefined || !provider || !first || env.OPERATOR_EMAILS.length === 0) return undefined
  const isSecure = isPublicHttps(env)
  return {
    host,
    origin: `${isSecure ? 'https' : 'http'}://${host}`,
    isSecure,
    provider,
    operators: new Set(env.OPERATOR_EMAILS),
    secrets: [first, ...older],
  }
}

/** Returns the address of a gallery's start page, without a slash at the end. */
export function galleryOrigin(env: OrchestratorEnvironment, host: string): string {
  const port = env.FLEET_PUBLIC_PORT === undefined ? '' : `:${env.FLEET_PUBLIC_PORT}`
  return `${isPublicHttps(env) ? 'https' : 'http'}://${host}${port}`
}

/** Checks if people reach the programs by HTTPS. Only development uses HTTP. */
export function isPublicHttps({
  ORCHESTRATOR_PUBLIC_URL: url,
}: Pick<OrchestratorEnvironment, 'ORCHESTRATOR_PUBLIC_URL'>): boolean {
  return !url?.startsWith('http:')
}

function providerOf(env: OrchestratorEnvironment): ProviderSettings | undefined {
  const { AUTH0_CLIENT_ID: clientId, AUTH0_CLIENT_SECRET: clientSecret } = env
  const issuer = env.OIDC_ISSUER_URL ?? (env.AUTH0_DOMAIN ? `https://${env.AUTH0_DOMAIN}/` : undefined)
  if (!issuer || !clientId || !clientSecret) return undefined
  return {
    issuer,
    clientId,
    clientSecret: new Secret(clientSecret),
    isAuth0: env.OIDC_ISSUER_URL === undefined,
  }
}
