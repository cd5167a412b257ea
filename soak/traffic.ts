/** A request to the fleet, with the checks that apply to every answer. */
import { createParser } from 'eventsource-parser'
import { baseDomain } from '../test/support/fixtures/fleet.ts'
import { sendTo } from '../test/support/fixtures/http-client.ts'
import type { Inbox } from './posts.ts'
import type { HostProcess } from './processes.ts'
import { servedBy } from './proxy.ts'
import type { Judge } from './rules.ts'
import type { Tenant } from './tenants.ts'
import type { Troubles } from './troubles.ts'
import type { World } from './world.ts'

export interface Asked {
  tenant: Tenant
  method?: 'GET' | 'POST' | 'DELETE'
  path: string
  body?: unknown
  /** File to send as multipart. */
  file?: { name: string; bytes: Uint8Array<ArrayBuffer> }
  /** Requests an event stream, which ends with the result. */
  isStream?: boolean
  /** Tenant whose admin sends the request. Default: the requested tenant. `nobody` is a stranger. */
  as?: string
}

export interface Answer {
  /** 0: the connection broke, so the outcome is unknown. */
  status: number
  body: Record<string, unknown>
  startedAt: number
  retryAfterMs: number
}

export interface Fleet {
  world: World
  troubles: Troubles
  judge: Judge
  inbox: Inbox
  /** Current host processes. */
  hosts: HostProcess[]
  /** Port of the balancer. */
  port: number
  /** Times from which each tenant's newest configuration may be cached; Infinity during an invalidation. */
  forgottenAt: Map<string, number>
  /** Counts of answers by status. */
  statuses: Map<number, number>
}

const namePattern = /soak\d{4}/g

export async function ask(fleet: Fleet, asked: Asked): Promise<Answer> {
  const { world, judge, statuses } = fleet
  const { tenant, method = 'GET', path, as = tenant.name } = asked
  const startedAt = Date.now()
  const { headers, payload } = await payloadOf(asked)
  const cookie = world.cookies.get(as)
  const response = await sendTo(fleet.port, `${tenant.name}.${baseDomain}`, path, {
    method,
    headers: {
      'x-forwarded-proto': 'https',
      'sec-fetch-site': 'same-origin',
      ...(cookie && { cookie }),
      ...(asked.isStream && { accept: 'text/event-stream' }),
      ...headers,
    },
    ...(payload && { body: payload }),
  }).catch(() => null)
  const count = (status: number) => statuses.set(status, (statuses.get(status) ?? 0) + 1)
  if (!response) {
    count(0)
    return { status: 0, body: {}, startedAt, retryAfterMs: 1000 }
  }
  const text = Buffer.from(await response.arrayBuffer()).toString('latin1')
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  const { status, body } = isStream ? lastOf(text) : { status: response.status, body: parsed(text) }
  count(status)
  const what = () => `${as} ${method} ${tenant.name}${path}: ${status} ${text.slice(0, 300)}`
  const foreign = (text.match(namePattern) ?? []).filter((name) => name !== tenant.name && name !== as)
  judge.expect('answers', foreign.length === 0 && !text.includes('canary'), what)
  judge.expect('internal', status !== 500, what)
  noteRead(fleet, asked, { status, startedAt, index: Number(response.headers.get(servedBy)) }, what)
  const retryAfterMs = Number(response.headers.get('retry-after') ?? 1) * 1000
  return { status, body, startedAt, retryAfterMs }
}

/** Returns the last event of a stream. Status 0: the stream broke off. */
function lastOf(stream: string): Pick<Answer, 'status' | 'body'> {
  let last: Pick<Answer, 'status' | 'body'> = { status: 0, body: {} }
  const parser = createParser({
    onEvent({ event, data }) {
      const body = parsed(data)
      if (event === 'result') last = { status: 200, body }
      if (event === 'error') last = { status: Number(body.status), body }
    },
  })
  parser.feed(stream)
  return last
}

/** Paths that need no storage. */
const storageFree = ['/', '/api/config/features', '/api/admin/status']

/**
 * Time after a failure during which the circuit breaker may refuse calls. It retries after 10 s
 * (docs/fairness.md).
 */
const circuitMs = 15_000

/** Rule for reads from each kind of storage. */
export const readRules = { local: 'reads', dropbox: 'readsDropbox', s3: 'readsS3' } as const

/** Checks a read. It may fail only if this process has nothing cached yet or the storage is in trouble. */
function noteRead(
  { hosts, judge, troubles, forgottenAt }: Fleet,
  { tenant, method = 'GET', path, as }: Asked,
  { status, startedAt, index }: { status: number; startedAt: number; index: number },
  what: () => string,
): void {
  const host = hosts[index]
  if (!host || tenant.isShortLived) return
  const { name, kind } = tenant
  const lastFailure = host.failedAt.get(name) ?? 0
  if (status >= 500) host.failedAt.set(name, Date.now())
  if (method !== 'GET' || as !== undefined) return
  const needsStorage = kind !== 'local' && !storageFree.includes(path)
  const isReady = (needsStorage ? host.atStorage : host.warm).has(name)
  const isExcused =
    needsStorage && (troubles.between(kind, startedAt, Date.now()) || lastFailure > startedAt - circuitMs)
  if (isReady && !isExcused) judge.expect(needsStorage ? readRules[kind] : 'reads', status < 500, what)
  if (status !== 200 || startedAt <= (forgottenAt.get(name) ?? 0)) return
  host.warm.add(name)
  if (needsStorage) host.atStorage.add(name)
}

async function payloadOf({ body, file }: Asked) {
  if (file) {
    const form = new FormData()
    form.append('file', new Blob([file.bytes], { type: 'image/jpeg' }), file.name)
    const encoded = new Response(form)
    const headers = { 'content-type': encoded.headers.get('content-type') ?? '' }
    return { headers, payload: new Uint8Array(await encoded.arrayBuffer()) }
  }
  if (body === undefined) return { headers: {}, payload: undefined }
  return { headers: { 'content-type': 'application/json' }, payload: JSON.stringify(body) }
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
