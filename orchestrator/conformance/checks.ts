/** The contract (design section 3) as a list of checks that any orchestrator can be put through. */
import { z } from 'zod'
import { parseRuntimeAnswer } from '../../src/runtime/contract.ts'
import { credentialsSchema } from '../../src/runtime/credential-schemas.ts'

export interface Subject {
  baseUrl: string
  token: string
  /** A host that is bound to the publisher. */
  host: string
  /** A bound host of another tenant, for the checks of isolation. */
  otherHost?: string | undefined
  /** A reference of the first host's tenant. */
  credentialsRef?: string | undefined
  /** A host that is suspended. */
  suspendedHost?: string | undefined
  fetch?: typeof fetch
}

/** Thrown by a check that cannot be made, or that the contract does not ask for here. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}

export interface Check {
  name: string
  /** Throws {@link NotApplicable}, or an Error that says what is wrong. */
  run(subject: Subject): Promise<void>
}

const runtimePath = '/v1/runtime/by-host'
const resolvePath = '/v1/credentials/resolve'
const envelope = z.object({
  tenant: z.string(),
  config_version: z.string(),
  ttl_seconds: z.number().optional(),
})

export const checks: readonly Check[] = [
  {
    name: 'a call without a token is refused with 403',
    run: async (subject) => expectStatus(await byHost(subject, subject.host, { authorization: '' }), 403),
  },
  {
    name: 'a call with a wrong token is refused with 403',
    run: async (subject) => {
      expectStatus(
        await byHost(subject, subject.host, { authorization: 'Bearer wrong-token-wrong-token' }),
        403,
      )
      expectStatus(await resolve(subject, 'x', 'x', { authorization: 'Bearer wrong-token-wrong-token' }), 403)
    },
  },
  {
    name: 'POST by-host answers with what the publisher understands, or 405',
    run: async (subject) => {
      const response = await byHost(subject, subject.host)
      if (response.status === 405) throw new NotApplicable('it answers 405, so GET is used')
      await runtimeAnswer(response)
    },
  },
  {
    name: 'GET by-host gives the same answer',
    run: async (subject) => {
      const response = await get(subject, `${runtimePath}?host=${encodeURIComponent(subject.host)}`)
      if (response.status === 405) throw new NotApplicable('it answers 405, so POST is used')
      await runtimeAnswer(response)
    },
  },
  {
    name: 'the configuration holds no secret',
    run: async (subject) => {
      const text = JSON.stringify(await body(await ask(subject, subject.host)))
      const found =
        /"(refresh_token|secret_access_key|api_key|bot_token|password|access_token|app_password)"/.exec(text)
      if (found) throw new Error(`the runtime answer holds ${found[1]}`)
    },
  },
  {
    name: 'an unknown host is 404',
    run: async (subject) =>
      expectStatus(
        await ask(subject, `nobody-${crypto.randomUUID().slice(0, 8)}.${parentOf(subject.host)}`),
        404,
      ),
  },
  {
    name: 'a suspended host cannot be told from an unknown one',
    run: async (subject) => {
      if (!subject.suspendedHost) throw new NotApplicable('needs --suspended-host')
      const [suspended, unknown] = await Promise.all([
        ask(subject, subject.suspendedHost),
        ask(subject, `nobody.${parentOf(subject.host)}`),
      ])
      expectStatus(suspended, 404)
      if ((await suspended.text()) !== (await unknown.text())) throw new Error('the two answers differ')
    },
  },
  {
    name: 'the host is taken in any case, with a port and a trailing dot',
    run: async (subject) => {
      await runtimeAnswer(await ask(subject, `${subject.host.toUpperCase()}.:443`))
    },
  },
  {
    name: 'a body that is no JSON, or has no host, is 400',
    run: async (subject) => {
      for (const text of ['', '{', '[]', '{"host": 17}']) {
        const response = await post(subject, runtimePath, text)
        if (response.status === 405) throw new NotApplicable('POST answers 405')
        expectStatus(response, 400)
      }
    },
  },
  {
    name: 'If-None-Match with the version is 304, with another one 200',
    run: async (subject) => {
      const { config_version } = envelope.parse(await body(await ask(subject, subject.host)))
      const same = await ask(subject, subject.host, { 'if-none-match': `"${config_version}"` })
      if (same.status === 200)
        throw new NotApplicable('it knows no conditional requests, which the contract allows')
      expectStatus(same, 304)
      expectStatus(await ask(subject, subject.host, { 'if-none-match': '"another"' }), 200)
    },
  },
  {
    name: 'the version stays the same while nothing changes',
    run: async (subject) => {
      const [first, second] = await Promise.all([ask(subject, subject.host), ask(subject, subject.host)])
      if (
        envelope.parse(await body(first)).config_version !== envelope.parse(await body(second)).config_version
      ) {
        throw new Error('two answers have two versions')
      }
    },
  },
  {
    name: 'the TTL is between 5 seconds and an hour (0 means the default)',
    run: async (subject) => {
      const { ttl_seconds = 0 } = envelope.parse(await body(await ask(subject, subject.host)))
      if (ttl_seconds !== 0 && (ttl_seconds < 5 || ttl_seconds > 3600))
        throw new Error(`it is ${ttl_seconds}`)
    },
  },
  {
    name: 'credentials without X-Tenant or without a reference are 400',
    run: async (subject) => {
      expectStatus(await post(subject, resolvePath, JSON.stringify({ credentials_ref: 'x' })), 400)
      expectStatus(await post(subject, resolvePath, '{}', { 'x-tenant': labelOf(subject.host) }), 400)
    },
  },
  {
    name: 'an unknown reference is 404',
    run: async (subject) =>
      expectStatus(await resolve(subject, labelOf(subject.host), `no-such-${crypto.randomUUID()}`), 404),
  },
  {
    name: 'a reference resolves to credentials that the publisher understands, with no-store',
    run: async (subject) => {
      if (!subject.credentialsRef) throw new NotApplicable('needs --credentials-ref')
      const response = await resolve(subject, labelOf(subject.host), subject.credentialsRef)
      expectStatus(response, 200)
      if (!response.headers.get('cache-control')?.includes('no-store'))
        throw new Error('Cache-Control is not no-store')
      const parsed = credentialsSchema.safeParse(await body(response))
      if (!parsed.success)
        throw new Error(`wrong at ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`)
      if (parsed.data.version === '') throw new Error('there is no version')
    },
  },
  {
    name: "another tenant's reference is 404, like an unknown one",
    run: async (subject) => {
      const { otherHost, credentialsRef } = subject
      if (!otherHost || !credentialsRef) throw new NotApplicable('needs --other-host and --credentials-ref')
      const [foreign, unknown] = await Promise.all([
        resolve(subject, labelOf(otherHost), credentialsRef),
        resolve(subject, labelOf(otherHost), `no-such-${crypto.randomUUID()}`),
      ])
      expectStatus(foreign, 404)
      if ((await foreign.text()) !== (await unknown.text())) throw new Error('it differs from an unknown one')
    },
  },
]

function request(
  subject: Subject,
  path: string,
  init: RequestInit & { headers?: Record<string, string> },
): Promise<Response> {
  const send = subject.fetch ?? fetch
  const headers = {
    authorization: `Bearer ${subject.token}`,
    'x-request-id': crypto.randomUUID(),
    ...init.headers,
  }
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))
  return send(subject.baseUrl.replace(/\/+$/, '') + path, {
    redirect: 'manual',
    signal: AbortSignal.timeout(10_000),
    ...init,
    headers: sent,
  })
}

function get(subject: Subject, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return request(subject, path, { headers })
}

function post(
  subject: Subject,
  path: string,
  text: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return request(subject, path, {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

function byHost(subject: Subject, host: string, headers: Record<string, string> = {}): Promise<Response> {
  return post(subject, runtimePath, JSON.stringify({ host }), headers)
}

/** By whichever method the orchestrator has. */
async function ask(subject: Subject, host: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await byHost(subject, host, headers)
  return response.status === 405
    ? get(subject, `${runtimePath}?host=${encodeURIComponent(host)}`, headers)
    : response
}

function resolve(
  subject: Subject,
  tenant: string,
  ref: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return post(subject, resolvePath, JSON.stringify({ credentials_ref: ref }), {
    'x-tenant': tenant,
    ...headers,
  })
}

function expectStatus(response: Response, status: number): void {
  if (response.status !== status) throw new Error(`it answered ${response.status}, not ${status}`)
}

async function body(response: Response): Promise<unknown> {
  expectStatus(response, 200)
  return response.json()
}

async function runtimeAnswer(response: Response): Promise<void> {
  const answer = await body(response)
  try {
    if (parseRuntimeAnswer(answer) === 'other_app_type') throw new Error('it is bound to another app type')
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    throw new Error(
      `wrong at ${error.issues.map(({ path, message }) => `${path.join('.')} (${message})`).join(', ')}`,
    )
  }
}

function labelOf(host: string): string {
  return host.split('.')[0] ?? ''
}

function parentOf(host: string): string {
  return host.slice(host.indexOf('.') + 1)
}
