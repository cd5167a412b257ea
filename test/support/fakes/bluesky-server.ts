/** Scripted answers of a Bluesky server, for faults that a real server does not show on request. */
import type { Fetch } from '../../../src/base/endpoint-guard.ts'

export interface ScriptedCall {
  /** Last part of the method's name, such as `putRecord`. */
  method: string
  url: URL
  authorization: string | null
  input: unknown
}

export type Script = (call: ScriptedCall, nth: number) => Response | Promise<Response> | undefined

export interface ScriptedBluesky {
  fetch: Fetch
  calls: ScriptedCall[]
  /** Counts the calls of a method. */
  count(method: string): number
}

export const account = { did: 'did:plc:alice', handle: 'alice.example.org' }

/** Creates an unsigned token with this expiry, in milliseconds. */
export function tokenUntil(expiry: number, mark = 0): string {
  const part = (value: object) => btoa(JSON.stringify(value)).replaceAll('=', '')
  return `${part({ alg: 'none' })}.${part({ exp: Math.floor(expiry / 1000), mark })}.canary`
}

export function refusal(status: number, error: string, message = error, headers = {}): Response {
  return Response.json({ error, message }, { status, headers })
}

/** Returns the answer to a login. `endpoint`: the account's own server. */
export function sessionAnswer(mark: number, { expiry = Date.now() + 7_200_000, endpoint = '' } = {}) {
  const service = { id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: endpoint }
  return Response.json({
    ...account,
    accessJwt: tokenUntil(expiry, mark),
    refreshJwt: tokenUntil(expiry, mark + 1000),
    active: true,
    ...(endpoint !== '' && { didDoc: { id: account.did, service: [service] } }),
  })
}

/** Creates a server whose answers `script` may replace. `nth` counts the calls of a method from 1. */
export function scriptedBluesky(script: Script = () => undefined): ScriptedBluesky {
  const calls: ScriptedCall[] = []
  const count = (method: string) => calls.filter((call) => call.method === method).length

  async function fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const url = new URL(input instanceof Request ? input.url : input)
    const method = url.pathname.split('.').at(-1) ?? ''
    const sent = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    const call = { method, url, authorization: new Headers(init.headers).get('authorization'), input: sent }
    calls.push(call)
    const nth = count(method)
    init.signal?.throwIfAborted()
    const stopped = new Promise<never>((_, reject) => {
      init.signal?.addEventListener('abort', () => reject(init.signal?.reason))
    })
    const answer = async () => (await script(call, nth)) ?? usual(call, nth)
    return Promise.race([answer(), stopped])
  }

  return { fetch, calls, count }
}

function usual({ method }: ScriptedCall, nth: number): Response {
  switch (method) {
    case 'createSession':
      return sessionAnswer(nth)
    case 'refreshSession':
      return sessionAnswer(nth + 100)
    case 'uploadBlob':
      return Response.json({
        blob: { $type: 'blob', ref: { $link: 'bafy' }, mimeType: 'image/jpeg', size: 9 },
      })
    case 'putRecord':
      return Response.json({ uri: 'at://x', cid: 'bafycid', commit: {} })
    case 'getRecord':
      return refusal(400, 'RecordNotFound')
    default:
      return Response.json({})
  }
}
