/** Proxy in front of the Bluesky server: counts calls and injects faults. */
import { request } from 'undici'
import { z } from 'zod'
import { spoiled } from '../../emulators/dropbox/faults.ts'
import { type EmulatorServer, listenOnLoopback } from '../../emulators/dropbox/server.ts'
import type { PdsCall, PdsFaultRule } from './faults.ts'

export interface PdsProxy extends EmulatorServer {
  /** Calls so far, oldest first; the last ten thousand. */
  readonly calls: readonly PdsCall[]
  /** Addresses of the posts that were created through this proxy, with those that were deleted later. */
  readonly created: readonly string[]
  /** Applies the rule to all further requests. Returns a function that removes the rule. */
  interfere(rule: PdsFaultRule): () => void
}

const maxCallsKept = 10_000

/** Headers of one hop. */
const hopHeaders = ['connection', 'keep-alive', 'transfer-encoding', 'content-length']

/** Paths of the server: its methods, and its pages and calls for OAuth. */
const forwarded = ['/xrpc/', '/oauth/', '/account', '/.well-known/', '/@atproto/']

/** Starts the proxy. `target` returns the URL of the server. `ownPage` answers requests for paths that the server does not own. */
export async function startPdsProxy(
  target: () => string,
  ownPage: (request: Request) => Promise<Response>,
  port: number,
): Promise<PdsProxy> {
  const calls: PdsCall[] = []
  const created: string[] = []
  const rules = new Set<PdsFaultRule>()
  const oneByOne = createQueue()

  async function fetchThrough(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url)
    if (!forwarded.some((start) => pathname.startsWith(start))) return ownPage(request)
    const call: PdsCall = { method: pathname.replace(/^\/xrpc\//, ''), at: Date.now(), status: undefined }
    calls.push(call)
    if (calls.length > maxCallsKept) calls.shift()
    // Every rule sees every call, so that each can count.
    const [fault] = [...rules].map((rule) => rule(call)).filter((found) => found !== undefined)
    const response = await spoiled(fault, async () => {
      const send = () => forward(request, `${target()}${pathname}${search}`)
      const answer = await (isWrite(call) ? oneByOne(send) : send())
      if (call.method === 'com.atproto.repo.putRecord') await notePost(answer, created)
      return answer
    })
    call.status = response.status
    return response
  }

  const server = await listenOnLoopback(fetchThrough, port)
  return {
    ...server,
    calls,
    created,
    interfere(rule) {
      rules.add(rule)
      return () => void rules.delete(rule)
    },
  }
}

/** Checks for writes to an account's records. libsql makes concurrent writes wait 5 s, and then they fail with 500. */
function isWrite({ method }: PdsCall): boolean {
  return ['putRecord', 'deleteRecord', 'uploadBlob'].some((name) => method === `com.atproto.repo.${name}`)
}

function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next
  }
}

const createdSchema = z.object({ uri: z.string(), commit: z.object({}) })

/** Adds the address of a new record. An answer about a record that is there already has no commit. */
async function notePost(answer: Response, created: string[]): Promise<void> {
  const post = createdSchema.safeParse(await answer.clone().json())
  if (post.success) created.push(post.data.uri)
}

/** Forwards a request with all its headers. `fetch` would replace those that tell how a browser made the request. */
async function forward(incoming: Request, url: string): Promise<Response> {
  const headers = without(incoming.headers, [...hopHeaders, 'host'])
  const body = incoming.method === 'GET' ? null : Buffer.from(await incoming.arrayBuffer())
  const answer = await request(url, {
    method: incoming.method === 'GET' ? 'GET' : 'POST',
    headers: Object.fromEntries(headers),
    body,
  })
  const answered = new Headers()
  for (const [name, values = []] of Object.entries(answer.headers))
    for (const value of [values].flat()) answered.append(name, value)
  const bytes = await answer.body.bytes()
  return new Response(bytes.length === 0 ? null : new Uint8Array(bytes), {
    status: answer.statusCode,
    headers: without(answered, hopHeaders),
  })
}

function without(headers: Headers, names: readonly string[]): Headers {
  const rest = new Headers(headers)
  for (const name of names) rest.delete(name)
  return rest
}
