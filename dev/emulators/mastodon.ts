/**
 * Emulates a server that speaks Mastodon's API on this machine: Mastodon itself, Pixelfed, GoToSocial, Pleroma, Akkoma, or an old
 * Mastodon. Has real limits and errors, and injected faults. A page shows the posts. Clients need `ALLOW_PRIVATE_ENDPOINTS`.
 */
import { pause } from '../../src/base/time.ts'
import { ConnectionBroken, spoiled } from './dropbox/faults.ts'
import { type EmulatorServer, listenOnLoopback } from './dropbox/server.ts'
import { Refusal, refused } from './mastodon/answers.ts'
import type { MastodonCall, MastodonFaultRule } from './mastodon/faults.ts'
import { type FlavourName, flavours, type InstanceLimits } from './mastodon/flavours.ts'
import { timelinePage } from './mastodon/page.ts'
import {
  idSequence,
  type MastodonAccount,
  type MastodonPost,
  type MastodonState,
  pictureAddress,
} from './mastodon/posts.ts'
import { type Rates, rateCounter } from './mastodon/rates.ts'
import { accountOf, apiOf } from './mastodon/routes.ts'
import { signInOf } from './mastodon/sign-in.ts'
import { createSignIns } from './mastodon/sign-in-state.ts'

export interface MastodonEmulatorOptions {
  accounts: readonly MastodonAccount[]
  /** Server to emulate. Default: `mastodon`. */
  flavour?: FlavourName
  /** Limits that differ from the flavour's. */
  limits?: Partial<InstanceLimits>
  /** Rate limits that differ from Mastodon's. */
  rates?: Rates
  /** Polls that each upload needs until it is processed. Default: 0. */
  processingPolls?: number
  /** Beginning of issued secrets, codes and tokens. Default: nothing. */
  tokenPrefix?: string
  /** Port on 127.0.0.1. 0, the default, means any free port. */
  port?: number
  /** Delay of each answer. Default: 0 ms. */
  delayMs?: number
  /** Clock in milliseconds. Default: `Date.now`. */
  now?: () => number
}

export interface MastodonEmulator extends EmulatorServer {
  /** Posts so far, oldest first, with deleted posts. A long-running emulator keeps the last five hundred. */
  readonly posts: readonly MastodonPost[]
  /** Calls so far, oldest first; the last ten thousand. */
  readonly calls: readonly MastodonCall[]
  addAccount(account: MastodonAccount): void
  /** Forgets all apps, as old servers do with apps without sign-ins. */
  forgetApps(): void
  /** Ends the life of all codes that were not exchanged yet. */
  expireCodes(): void
  /** Refuses the token from now on. */
  revoke(token: string): void
  /** Applies the rule to all further requests. Returns a function that removes the rule. */
  interfere(rule: MastodonFaultRule): () => void
}

const maxCallsKept = 10_000
const signInPaths = /^\/(?:oauth\/|\.well-known\/oauth|api\/v1\/apps$)/

/** Starts an emulator that runs until closed. */
export async function startMastodonEmulator(options: MastodonEmulatorOptions): Promise<MastodonEmulator> {
  const { port = 0, delayMs = 0, now = Date.now } = options
  const state = stateOf(options, now)
  const { flavour } = state
  const api = apiOf(state)
  const signIn = signInOf(state)
  const count = rateCounter(options.rates ?? {}, now)
  const calls: MastodonCall[] = []
  const rules = new Set<MastodonFaultRule>()

  async function fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    const isSignIn = signInPaths.test(pathname)
    if (!pathname.startsWith('/api/') && !isSignIn) return forPeople(state, pathname)
    const account = accountOf(state, request)
    const call: MastodonCall = {
      route: `${request.method} ${pathname.replace(/\/\d+(?=\/|$)/g, '/:id')}`,
      account: account?.username,
      key: request.headers.get('idempotency-key'),
      at: now(),
      status: undefined,
    }
    calls.push(call)
    if (calls.length > maxCallsKept) calls.shift()
    // Every rule sees every call, so that each can count.
    const [fault] = [...rules].map((rule) => rule(call)).filter((found) => found !== undefined)
    if (fault?.kind === 'reset') throw new ConnectionBroken()
    const response = await spoiled(fault, async () => {
      if (delayMs > 0) await pause(delayMs)
      if (isSignIn) return signIn.fetch(request)
      return answered(request, account?.token ?? '', pathname)
    })
    call.status = response.status
    return response
  }

  async function answered(request: Request, token: string, pathname: string): Promise<Response> {
    try {
      const rates = flavour.sendsRates ? count(token, request.method, pathname) : {}
      const response = await api.fetch(request)
      for (const [name, value] of Object.entries(rates)) response.headers.set(name, value)
      return response
    } catch (error) {
      if (error instanceof Refusal) return refused(error, flavour)
      throw error
    }
  }

  const server = await listenOnLoopback(fetch, port)
  state.url = server.url
  return {
    ...server,
    posts: state.posts,
    calls,
    addAccount: (account) => void state.accounts.push({ ...account, id: state.nextId() }),
    forgetApps: () => state.signIns.apps.clear(),
    expireCodes: () => state.signIns.codes.clear(),
    revoke(token) {
      state.signIns.tokens.delete(token)
      const index = state.accounts.findIndex((account) => account.token === token)
      if (index >= 0) state.accounts.splice(index, 1)
    },
    interfere(rule) {
      rules.add(rule)
      return () => void rules.delete(rule)
    },
  }
}

const titles: Readonly<Record<FlavourName, string>> = {
  mastodon: 'Mastodon',
  old: 'Old Mastodon',
  pixelfed: 'Pixelfed',
  gotosocial: 'GoToSocial',
  pleroma: 'Pleroma',
  akkoma: 'Akkoma',
}

function stateOf(options: MastodonEmulatorOptions, now: () => number): MastodonState {
  const name = options.flavour ?? 'mastodon'
  const flavour = flavours[name]
  const nextId = idSequence()
  return {
    flavour,
    limits: { ...flavour.limits, ...options.limits },
    title: titles[name],
    url: '',
    accounts: options.accounts.map((account) => ({ ...account, id: nextId() })),
    media: new Map(),
    posts: [],
    keys: new Map(),
    processingPolls: options.processingPolls ?? 0,
    now,
    signIns: createSignIns(options.tokenPrefix),
    nextId,
  }
}

function forPeople(state: MastodonState, pathname: string): Response | Promise<Response> {
  if (pathname === '/') return timelinePage(state.title, state.posts)
  const [, id] = /^\/@\w+\/(\d+)$/.exec(pathname) ?? []
  if (id !== undefined)
    return timelinePage(
      state.title,
      state.posts.filter((post) => post.id === id),
    )
  const media = [...state.media.values()].find((picture) => pictureAddress(picture) === pathname)
  if (!media) return new Response('Not found', { status: 404 })
  const headers = { 'content-type': media.mediaType, 'x-content-type-options': 'nosniff' }
  return new Response(media.bytes, { headers })
}
