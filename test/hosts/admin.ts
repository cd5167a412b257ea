/** Requests of a signed-in admin, without the dance: for suites about what admins do. */
import { parseSettings } from '../../src/runtime/settings.ts'
import { parseEmail } from '../../src/runtime/sign-in/email.ts'
import { createSessions, newSessionId } from '../../src/runtime/sign-in/sessions.ts'
import { baseDomain, type Fleet, https, serviceToken, sessionSecret } from './fleet.ts'
import type { RequestOptions } from './http.ts'

export const adminEmail = `admin@${baseDomain}`
/** What a tenant's configuration says, so that this admin is its admin. */
export const auth = { allowed_emails: [adminEmail] }
/** Variables of a host where people can sign in; the provider is never asked. */
export const signInVariables = {
  OIDC_ISSUER_URL: 'https://issuer.test',
  AUTH0_CLIENT_ID: 'publisher',
  AUTH0_CLIENT_SECRET: 'client-secret',
}

/** The Cookie header of a session that a host of the fleet has issued, `ageSeconds` ago. */
export async function cookieOf(address = adminEmail, ageSeconds = 0): Promise<string> {
  const settings = parseSettings({
    ORCHESTRATOR_BASE_URL: 'https://orchestrator.test',
    ORCHESTRATOR_SERVICE_TOKEN: serviceToken,
    ORCHESTRATOR_BASE_DOMAIN: baseDomain,
    WEB_SESSION_SECRET: sessionSecret,
    ...signInVariables,
  })
  const email = parseEmail(address)
  if (!email) throw new TypeError('This is no address.')
  const signedInAt = Math.floor(Date.now() / 1000) - ageSeconds
  const signedIn = { id: newSessionId(), email, subject: 'test|admin', signedInAt, provedAt: signedInAt }
  const sessions = createSessions(settings, { isEnded: async () => false, now: Date.now })
  const issued = await sessions.issue(signedIn, `.${baseDomain}`)
  return `__Secure-session=${issued?.token}`
}

/** What a script on the tenant's own page would send for its admin. */
export async function adminRequest(
  fleet: Fleet,
  tenant: string,
  path: string,
  { headers = {}, ...options }: RequestOptions = {},
): Promise<Response> {
  return fleet.host.request(`${tenant}.${baseDomain}`, path, {
    ...options,
    headers: { ...https, 'sec-fetch-site': 'same-origin', cookie: await cookieOf(), ...headers },
  })
}

/** The same with a JSON body. */
export function adminPost(
  fleet: Fleet,
  tenant: string,
  path: string,
  body: unknown = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  return adminRequest(fleet, tenant, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

export interface ServerSentEvent {
  event: string
  data: Record<string, unknown>
}

/** The events of an answer that came as a stream. */
export async function eventsOf(response: Response): Promise<ServerSentEvent[]> {
  const text = await response.text()
  return text.split('\n\n').flatMap((block) => {
    const event = /^event: (.*)$/m.exec(block)?.[1]
    const data = /^data: (.*)$/m.exec(block)?.[1]
    return event !== undefined && data !== undefined ? [{ event, data: JSON.parse(data) }] : []
  })
}
