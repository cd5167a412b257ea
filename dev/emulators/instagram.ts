/**
 * Emulates Instagram's content publishing API on this machine (`INSTAGRAM_API_BASE_URL`), with real limits, refusals and the quota. Fetches
 * the pictures of containers as Meta does. Tests inject faults. A page shows the posts.
 */
import { pause } from '../../src/base/time.ts'
import { ConnectionBroken } from './dropbox/faults.ts'
import { type EmulatorServer, listenOnLoopback } from './dropbox/server.ts'
import { Refusal, refusalOf } from './instagram/answers.ts'
import { type InstagramCall, type InstagramFaultRule, type Operation, spoiled } from './instagram/faults.ts'
import type { PictureFetch } from './instagram/fetch-picture.ts'
import { feedPage, photoPath } from './instagram/page.ts'
import { containerOf, createContainer, describeContainer, publish, quotaOf } from './instagram/publishing.ts'
import {
  accountOfIssued,
  decide,
  describeMe,
  exchangeCode,
  exchangeToken,
  refreshToken,
  showConsent,
} from './instagram/sign-in.ts'
import { createSignIns, type InstagramApp } from './instagram/sign-in-state.ts'
import type { InstagramAccount, InstagramPost, InstagramState } from './instagram/state.ts'

export interface InstagramEmulatorOptions {
  accounts: readonly InstagramAccount[]
  /** Product that issued the tokens. Only Facebook Login deletes posts. Default: `instagram`. */
  product?: 'instagram' | 'facebook'
  /** App that may sign people in. */
  app?: InstagramApp
  /** Beginning of issued codes and tokens. Default: `IG`. */
  tokenPrefix?: string
  /** True: the first exchange answers in `data`, as it did for a while. Default: false. */
  wrapsTokens?: boolean
  /** Port on 127.0.0.1. 0, the default, means any free port. */
  port?: number
  /** Questions about a container that are answered `IN_PROGRESS`. Default: 1. */
  polls?: number
  /** Delay of each answer. Default: 0 ms. */
  delayMs?: number
  /** Clock in milliseconds. Default: `Date.now`. */
  now?: () => number
  /** Returns the port on 127.0.0.1 where a picture's address is served. Default: the port of the address. */
  portOf?: (url: URL) => number
  /** Time limit for fetching a picture. Default: 10 s. */
  fetchTimeoutMs?: number
}

export interface InstagramEmulator extends EmulatorServer {
  /** Base URL with the version, for `INSTAGRAM_API_BASE_URL`. */
  readonly apiUrl: string
  /** Posts so far, oldest first. A long-running emulator keeps the last five hundred. */
  readonly posts: readonly InstagramPost[]
  /** Counts all posts, with those that were deleted. */
  readonly published: number
  /** Calls so far, oldest first; the last ten thousand. */
  readonly calls: readonly InstagramCall[]
  /** Requests for pictures so far, oldest first. */
  readonly fetches: readonly PictureFetch[]
  addAccount(account: InstagramAccount): void
  /** Ends the life of all codes that were not exchanged yet. */
  expireCodes(): void
  /** Refuses the token from now on. */
  revoke(token: string): void
  /** Lets every open container fail, as Instagram does with pictures that it cannot process. */
  failContainers(): void
  /** Forgets all containers, as Instagram does after a day. */
  forgetContainers(): void
  /** Applies the rule to all further requests. Returns a function that removes the rule. */
  interfere(rule: InstagramFaultRule): () => void
}

const version = '/v25.0/'
const maxCallsKept = 10_000
const maxPostsKept = 500

/** Starts an emulator that runs until closed. */
export async function startInstagramEmulator(options: InstagramEmulatorOptions): Promise<InstagramEmulator> {
  const { port = 0, delayMs = 0, now = Date.now } = options
  const state: InstagramState = {
    accounts: [...options.accounts],
    containers: new Map(),
    posts: [],
    published: [],
    nextId: 0,
    signIns: createSignIns(options.app, options.tokenPrefix, options.wrapsTokens),
  }
  const calls: InstagramCall[] = []
  const fetches: PictureFetch[] = []
  const rules = new Set<InstagramFaultRule>()

  async function fetch(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url)
    const signIn = signInOperations.get(pathname)
    if (request.method === 'GET' && !/^\/v\d/.test(pathname) && !signIn) return forPeople(state, pathname)
    const call: InstagramCall = {
      operation: signIn ?? operationOf(request.method, pathname),
      url: signIn ? pathname : pathname + search,
      at: now(),
      status: undefined,
    }
    keepLast(calls, call, maxCallsKept)
    // Every rule sees every call, so that each can count.
    const [fault] = [...rules].map((rule) => rule(call)).filter((found) => found !== undefined)
    if (fault?.kind === 'reset') throw new ConnectionBroken()
    const response = await spoiled(fault, async () => {
      if (delayMs > 0) await pause(delayMs)
      if (call.operation === 'authorize')
        return request.method === 'POST'
          ? decide(state, request, now())
          : showConsent(state, new URL(request.url).searchParams)
      const fields = await fieldsOf(request)
      return answer(state, { request, call, fields, fetches, options: { ...options, now } })
    })
    call.status = response.status
    return response
  }

  const server = await listenOnLoopback(fetch, port)
  return {
    ...server,
    apiUrl: server.url + version.slice(0, -1),
    posts: state.posts,
    get published() {
      return state.published.length
    },
    calls,
    fetches,
    addAccount: (account) => void state.accounts.push(account),
    expireCodes: () => state.signIns.codes.clear(),
    revoke(token) {
      state.signIns.tokens.delete(token)
      const index = state.accounts.findIndex((account) => account.token === token)
      if (index >= 0) state.accounts.splice(index, 1)
    },
    failContainers() {
      for (const container of state.containers.values()) {
        if (container.state === 'open') container.state = 'failed'
      }
    },
    forgetContainers: () => state.containers.clear(),
    interfere(rule) {
      rules.add(rule)
      return () => void rules.delete(rule)
    },
  }
}

interface Asked {
  request: Request
  call: InstagramCall
  fields: ReadonlyMap<string, string>
  fetches: PictureFetch[]
  options: InstagramEmulatorOptions & { now: () => number }
}

async function answer(state: InstagramState, asked: Asked): Promise<Response> {
  try {
    const { call, fields, options } = asked
    if (call.operation === 'token') return exchangeCode(state, fields, options.now())
    return Response.json(await resultOf(state, asked))
  } catch (error) {
    if (error instanceof Refusal) return refusalOf(error)
    throw error
  }
}

/** Returns the result of a call. Throws {@link Refusal}. */
async function resultOf(
  state: InstagramState,
  { request, call, fields, fetches, options }: Asked,
): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url)
  if (call.operation === 'exchange') return exchangeToken(state, searchParams, options.now())
  if (call.operation === 'refresh') return refreshToken(state, searchParams, options.now())
  // The real API also takes tokens from the query, where logs would keep them.
  if (searchParams.has('access_token') || fields.has('access_token'))
    throw new Refusal('tokenInvalid', 'in the query')
  if (!pathname.startsWith(version)) throw new Refusal('unknownPath', pathname)
  const at = options.now()
  const account = accountOf(state, request, at)
  const [id = '', edge] = pathname.slice(version.length).split('/').map(decodeURIComponent)
  const isOwn = id === account.userId
  if (edge !== undefined && !isOwn) throw new Refusal('missing')
  switch (call.operation) {
    case 'media': {
      const { portOf, fetchTimeoutMs: timeoutMs = 10_000, polls = 1 } = options
      const fetching = { portOf, timeoutMs, onFetch: (fetched: PictureFetch) => void fetches.push(fetched) }
      return createContainer(state, account, fields, { at, polls, fetching })
    }
    case 'media_publish': {
      const published = publish(state, account, fields, at)
      if (state.posts.length > maxPostsKept) state.posts.shift()
      return published
    }
    case 'content_publishing_limit': {
      const { used, total } = quotaOf(state, account, at)
      return { data: [{ quota_usage: used, config: { quota_total: total, quota_duration: 86_400 } }] }
    }
    case 'list': {
      const posts = state.posts.filter(({ userId }) => userId === account.userId).toReversed()
      return { data: posts.slice(0, Number(searchParams.get('limit') ?? 25)).map(describePost) }
    }
    case 'delete': {
      if (options.product !== 'facebook') throw new Refusal('badParameter', 'Unsupported delete request')
      const index = state.posts.findIndex((post) => post.id === id && post.userId === account.userId)
      if (index < 0) throw new Refusal('missing')
      state.posts.splice(index, 1)
      return { success: true }
    }
    case 'get': {
      if (isOwn) return { id, username: account.username }
      const post = state.posts.find((known) => known.id === id && known.userId === account.userId)
      return post ? describePost(post) : describeContainer(containerOf(state, account, id), at)
    }
    case 'me':
      return describeMe(account, searchParams.get('fields'))
    default:
      throw new Refusal('unknownPath', pathname)
  }
}

function accountOf(state: InstagramState, request: Request, at: number): InstagramAccount {
  const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
  const account =
    state.accounts.find((known) => known.token === token) ?? accountOfIssued(state, token ?? '', at)
  if (!account) throw new Refusal('tokenInvalid')
  return account
}

function describePost({ id, caption, at, permalink }: InstagramPost) {
  const timestamp = new Date(at).toISOString().replace(/\.\d{3}Z$/, '+0000')
  return { id, ...(caption !== '' && { caption }), timestamp, permalink }
}

const signInOperations: ReadonlyMap<string, Operation> = new Map([
  ['/oauth/authorize', 'authorize'],
  ['/oauth/access_token', 'token'],
  ['/access_token', 'exchange'],
  ['/refresh_access_token', 'refresh'],
])

function operationOf(method: string, pathname: string): Operation {
  const [, edge] = pathname.replace(/^\/v[\d.]+\//, '').split('/')
  if (method === 'POST' && (edge === 'media' || edge === 'media_publish')) return edge
  if (method === 'DELETE' && edge === undefined) return 'delete'
  if (method !== 'GET') return 'other'
  if (edge === undefined) return /\/me$/.test(pathname) ? 'me' : 'get'
  if (edge === 'media') return 'list'
  return edge === 'content_publishing_limit' ? edge : 'other'
}

/** Reads the body: a form or JSON. */
async function fieldsOf(request: Request): Promise<ReadonlyMap<string, string>> {
  if (request.method !== 'POST') return new Map()
  const type = request.headers.get('content-type') ?? ''
  if (type.startsWith('application/x-www-form-urlencoded'))
    return new Map(new URLSearchParams(await request.text()))
  const members: unknown = await request.json().catch(() => ({}))
  return new Map(Object.entries(Object(members)).map(([name, value]) => [name, String(value)]))
}

function forPeople(state: InstagramState, pathname: string): Response | Promise<Response> {
  if (pathname === '/') return feedPage(state.posts)
  const post = state.posts.find((candidate) => photoPath(candidate) === pathname)
  if (!post) return new Response('Not found', { status: 404 })
  const headers = { 'content-type': 'image/jpeg', 'x-content-type-options': 'nosniff' }
  return new Response(post.picture.bytes, { headers })
}

function keepLast<T>(list: T[], item: T, limit: number): void {
  list.push(item)
  if (list.length > limit) list.shift()
}
