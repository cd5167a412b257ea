/** A fleet of two photographers that people can sign in to, and browsers to do it with. */
import { baseDomain, type Fleet, sessionSecret, startFleet } from '../fleet.ts'
import type { HostKind } from '../hosts.ts'
import { type Browser, createBrowser, type Page } from './browser.ts'
import { type CookieJar, createCookieJar } from './cookie-jar.ts'
import { clientId, clientSecret, startProvider, type TestProvider } from './provider.ts'
import { type ScriptedIssuer, startScriptedIssuer } from './scripted-issuer.ts'

export const alice = `https://alice.${baseDomain}`
export const bob = `https://bob.${baseDomain}`
export const callback = `https://app.${baseDomain}`
/** A host under the base domain that is not ours: the worst neighbour. */
export const evil = `https://evil.${baseDomain}`

export interface SignInFleet extends Fleet {
  browser(jar?: CookieJar): Browser
  /** Gives a tenant this `auth` block, with a new version of its configuration. */
  allow(tenant: string, auth: Record<string, unknown> | undefined): void
}

export interface SignInOptions {
  issuer: string
  variables?: Record<string, string>
  now?: () => number
}

/** alice@ and bob@ are admins of a gallery each; their galleries are private. */
export async function startSignInFleet(kind: HostKind, options: SignInOptions): Promise<SignInFleet> {
  const { issuer, variables = {}, now } = options
  const fleet = await startFleet(
    kind,
    { OIDC_ISSUER_URL: issuer, AUTH0_CLIENT_ID: clientId, AUTH0_CLIENT_SECRET: clientSecret, ...variables },
    now,
  )
  const browsers: Browser[] = []
  let version = 0
  const signInFleet: SignInFleet = {
    ...fleet,
    browser(jar = createCookieJar(now)) {
      const browser = createBrowser(fleet.host, baseDomain, jar)
      browsers.push(browser)
      return browser
    },
    allow(tenant, auth) {
      fleet.orchestrator.tenants.set(`${tenant}.${baseDomain}`, {
        config_version: `v${++version}`,
        config: {
          features: { auto_view_enabled: false },
          storage: { provider: 's3', credentials_ref: 'storage', paths: { root: 'photos' } },
          ...(auth && { auth }),
        },
      })
    },
  }
  signInFleet[Symbol.asyncDispose] = async () => {
    await fleet[Symbol.asyncDispose]()
    assertNothingLeaked(fleet.host.lines, browsers)
  }
  signInFleet.allow('alice', { allowed_emails: [`alice@${baseDomain}`] })
  signInFleet.allow('bob', { allowed_emails: [`bob@${baseDomain}`] })
  return signInFleet
}

/** With a real provider, which knows alice@ and bob@. */
export async function startWithProvider(
  kind: HostKind,
  options: Omit<SignInOptions, 'issuer'> = {},
): Promise<SignInFleet & { provider: TestProvider }> {
  const provider = await startProvider({ callbackOrigin: callback })
  for (const name of ['alice', 'bob']) {
    provider.accounts.set(`test|${name}`, { email: `${name}@${baseDomain}`, email_verified: true })
  }
  provider.person = 'test|alice'
  const fleet = await startSignInFleet(kind, { ...options, issuer: provider.issuer })
  return { ...fleet, provider, [Symbol.asyncDispose]: () => disposeBoth(fleet, provider) }
}

/** With a provider that does what the test says; alice's gallery allows its one person. */
export async function startWithScript(
  kind: HostKind,
  options: Omit<SignInOptions, 'issuer'> = {},
): Promise<SignInFleet & { issuer: ScriptedIssuer }> {
  const issuer = await startScriptedIssuer()
  const fleet = await startSignInFleet(kind, { ...options, issuer: issuer.issuer })
  fleet.allow('alice', { allowed_emails: [`person@${baseDomain}`] })
  return { ...fleet, issuer, [Symbol.asyncDispose]: () => disposeBoth(fleet, issuer) }
}

/** No test of the sign-in ends without this look at all that was logged. */
function assertNothingLeaked(lines: readonly string[], browsers: readonly Browser[]): void {
  const log = lines.join('\n')
  const cookies = browsers.flatMap(({ jar }) => [...jar.values])
  const parameters = browsers.flatMap(({ history }) =>
    history.flatMap(({ searchParams }) =>
      ['code', 'state', 'nonce', 'request'].flatMap((name) => searchParams.getAll(name)),
    ),
  )
  // A short value would be found by chance.
  const secrets = ['canary', sessionSecret, ...cookies, ...parameters].filter(({ length }) => length > 5)
  const leaked = secrets.filter((secret) => log.includes(secret))
  if (leaked.length > 0)
    throw new Error(`The log holds ${leaked.length} of ${secrets.length} secrets: ${leaked[0]}`)
}

async function disposeBoth(one: AsyncDisposable, other: AsyncDisposable): Promise<void> {
  await one[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
}

/** Signs in by the link of a tenant's page. */
export function signIn(browser: Browser, tenant: string, returnTo = '/'): Promise<Page> {
  const url = `${tenant}/auth/login?${new URLSearchParams({ return_to: returnTo })}`
  return browser.navigate(url, { from: new URL(tenant) })
}

/** What the page of a tenant learns about who is looking at it. */
export async function status(browser: Browser, tenant: string): Promise<{ admin: boolean; email?: string }> {
  const response = await browser.script(tenant, '/api/admin/status')
  return response.json()
}
