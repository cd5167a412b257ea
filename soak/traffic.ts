/** One request to the fleet as somebody sends it, and what must be true of any answer whatever. */
import { baseDomain } from '../test/hosts/fleet.ts'
import { sendTo } from '../test/hosts/http.ts'
import type { Inbox } from './posts.ts'
import type { HostProcess } from './processes.ts'
import { servedBy } from './proxy.ts'
import type { Judge } from './rules.ts'
import type { Tenant } from './tenants.ts'
import type { Troubles, Vendor } from './troubles.ts'
import type { World } from './world.ts'

export interface Asked {
  tenant: Tenant
  method?: 'GET' | 'POST' | 'DELETE'
  path: string
  body?: unknown
  /** As multipart, one file. */
  file?: { name: string; bytes: Uint8Array<ArrayBuffer> }
  /** Whose admin asks; default: the tenant's own. `nobody`: a stranger. */
  as?: string
}

export interface Answer {
  /** 0: the connection broke, nobody can tell what was done. */
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
  /** The processes as they are now. */
  hosts: HostProcess[]
  /** In front of them. */
  port: number
  /** Since when each tenant's newest configuration may be cached again; Infinity while hosts are told to forget it. */
  forgottenAt: Map<string, number>
  /** How many requests were answered, by status. */
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
      ...headers,
    },
    ...(payload && { body: payload }),
  }).catch(() => null)
  const status = response?.status ?? 0
  statuses.set(status, (statuses.get(status) ?? 0) + 1)
  if (!response) return { status, body: {}, startedAt, retryAfterMs: 1000 }

  const text = Buffer.from(await response.arrayBuffer()).toString('latin1')
  const what = () => `${as} ${method} ${tenant.name}${path}: ${status} ${text.slice(0, 300)}`
  const foreign = (text.match(namePattern) ?? []).filter((name) => name !== tenant.name && name !== as)
  judge.expect('answers', foreign.length === 0 && !text.includes('canary'), what)
  judge.expect('internal', status !== 500, what)
  noteRead(fleet, asked, { status, startedAt, index: Number(response.headers.get(servedBy)) }, what)
  return {
    status,
    body: parsed(text),
    startedAt,
    retryAfterMs: Number(response.headers.get('retry-after') ?? 1) * 1000,
  }
}

/** What is answered without the storage. */
const storageFree = ['/', '/api/config/features', '/api/admin/status']

/** A read fails only for a reason outside: no configuration in this process yet, or a storage that is in trouble. */
function noteRead(
  { hosts, judge, troubles, forgottenAt }: Fleet,
  { tenant, method = 'GET', path, as }: Asked,
  { status, startedAt, index }: { status: number; startedAt: number; index: number },
  what: () => string,
): void {
  const warm = hosts[index]?.warm
  if (method !== 'GET' || as !== undefined || tenant.isShortLived || !warm) return
  const { name, kind } = tenant
  const needsStorage = kind !== 'local' && !storageFree.includes(path)
  const wasTroubled = (vendor: Vendor) => troubles.between(vendor, startedAt, Date.now())
  // The credentials of a new version come from the orchestrator.
  const isExcused = needsStorage && (wasTroubled(kind) || wasTroubled('orchestrator'))
  if (warm.has(name) && !isExcused) judge.expect('reads', status < 500, what)
  if (status === 200 && startedAt > (forgottenAt.get(name) ?? 0)) warm.add(name)
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
