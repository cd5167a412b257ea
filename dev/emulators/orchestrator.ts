/**
 * An orchestrator for request-level tests of the publisher: it speaks the contract (design section 3), remembers what it
 * was asked, and misbehaves as a test tells it to.
 */
import { ConnectionBroken } from './dropbox/faults.ts'
import { type EmulatorServer, listenOnLoopback } from './dropbox/server.ts'
import { type AnswerState, type EmulatorSettings, usualAnswer } from './orchestrator/answers.ts'
import { type OrchestratorCall, receive } from './orchestrator/call.ts'
import type { Fault } from './orchestrator/faults.ts'

export interface OrchestratorEmulatorOptions {
  /** Service tokens, in the order that `tokenIndex` of a call counts. Default: one, `service-token`. */
  tokens?: readonly string[]
}

interface Occasion {
  /** How many calls are spoiled; after that the fault is over. Default: all until it is ended. */
  times?: number
  /** Which calls are meant. Default: every one. */
  when?: (call: OrchestratorCall) => boolean
}

export interface OrchestratorEmulator {
  readonly settings: EmulatorSettings
  /** What was asked so far, oldest first. */
  readonly calls: readonly OrchestratorCall[]
  /** Usage events that were accepted. */
  readonly usage: readonly unknown[]
  /** Binds a host to an answer, in place of an earlier one. `tenant(...)` makes a valid answer; any other object is sent as it is. */
  setTenant(host: string, answer: Readonly<Record<string, unknown>>): void
  /** The host is unknown from now on, or suspended: there is no telling. */
  removeTenant(host: string): void
  /** What a reference of this tenant resolves to; `undefined` makes it unknown. */
  setCredentials(
    tenant: string,
    ref: string,
    credentials: Readonly<Record<string, unknown>> | undefined,
  ): void
  /** Spoils calls from now on; of several faults the oldest that is meant acts. Gives the function that ends it. */
  spoil(fault: Fault, occasion?: Occasion): () => void
  /** Calls about one host's configuration. */
  runtimeCalls(host: string): OrchestratorCall[]
  /** Answers one request. Rejects with `ConnectionBroken` where a real connection would break. */
  fetch(request: Request): Promise<Response>
  /** Serves on 127.0.0.1. Port 0, the default, is a free one; closing and listening again on the same port is an outage. */
  listen(port?: number): Promise<EmulatorServer>
}

/** Makes an emulator that knows no tenants. */
export function createOrchestratorEmulator(options: OrchestratorEmulatorOptions = {}): OrchestratorEmulator {
  const { tokens = ['service-token'] } = options
  const settings: EmulatorSettings = {
    refusedTokens: new Set(),
    allowsPost: true,
    answersConditionally: true,
    withoutCredit: new Set(),
  }
  const state: AnswerState = { tokens, settings, tenants: new Map(), credentials: new Map(), usage: [] }
  const calls: OrchestratorCall[] = []
  const faults = new Set<{ fault: Fault; left: number; when: (call: OrchestratorCall) => boolean }>()

  function nextFault(call: OrchestratorCall): Fault | undefined {
    for (const entry of faults) {
      if (!entry.when(call)) continue
      entry.left -= 1
      if (entry.left <= 0) faults.delete(entry)
      return entry.fault
    }
    return undefined
  }

  async function fetch(request: Request): Promise<Response> {
    const { call, body } = await receive(request, tokens)
    calls.push(call)
    const fault = nextFault(call)
    if (fault?.kind === 'reset') throw new ConnectionBroken()
    if (fault?.kind === 'answer')
      return new Response(fault.body, { status: fault.status, headers: fault.headers ?? {} })
    if (fault?.kind === 'hold') await fault.wait()
    return usualAnswer(call, body, state)
  }

  return {
    settings,
    calls,
    usage: state.usage,
    setTenant: (host, answer) => {
      state.tenants.set(host, answer)
    },
    removeTenant: (host) => {
      state.tenants.delete(host)
    },
    setCredentials(tenant, ref, credentials) {
      const known = state.credentials.get(tenant) ?? new Map()
      if (credentials) known.set(ref, credentials)
      else known.delete(ref)
      state.credentials.set(tenant, known)
    },
    spoil(fault, { times = Number.POSITIVE_INFINITY, when = () => true } = {}) {
      const entry = { fault, left: times, when }
      faults.add(entry)
      return () => {
        faults.delete(entry)
      }
    },
    runtimeCalls: (wanted) =>
      calls.filter(({ path, host }) => path === '/v1/runtime/by-host' && host === wanted),
    fetch,
    listen: (port = 0) => listenOnLoopback(fetch, port),
  }
}
