/** Key-value stores, the entries of src/providers/kv-stores.ts. docs/guides/add-a-key-value-store.md shows how to add a store. */
import type { z } from 'zod'
import type { Secret } from '../base/secret.ts'
import { setVariables, type Variables } from '../base/variables.ts'
import { type Driver, readVariables, type VariablesOf } from './driver.ts'
import type { Invalidations } from './invalidations.ts'
import type { KeyValueStore } from './kv.ts'
import type { RateCounter } from './rate-counter.ts'

/** Subset of Cloudflare's `KVNamespace` binding. */
export interface KeyValueNamespace {
  get(key: string): Promise<string | null>
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>
  delete(key: string): Promise<void>
}

/** A Redis server, and how to call it. */
export interface RedisServerSettings {
  /** URL with `redis://` or `rediss://`, including the password. */
  url: Secret
  /** True when the certificate must be for this host and from a known authority. Heroku's Redis has no such certificate. */
  verifyTls: boolean
  /** Timeout of a command. Milliseconds. */
  commandMs: number
}

/** Memory of a store's server. */
export interface StoreMemory {
  usedBytes: number
  /** 0 if the server reports no limit. */
  limitBytes: number
  /** Eviction policy of a full server: `noeviction`, `volatile-lru` ... */
  policy: string
}

/** A store and its optional parts. Usable at once, even while its server is down. */
export interface OpenedStore {
  kv: KeyValueStore
  /** Counts rates across processes. Absent: each process counts alone. */
  counter?: RateCounter
  /** Tells other processes to drop cached data. Absent: they notice changes by their own checks. */
  invalidations?: Invalidations
  /**
   * Resolves when the server is usable. Rejects with the cause when the current connection attempt fails, at the latest after
   * `ms`. Absent: the store is usable at once.
   */
  ready?(ms: number): Promise<void>
  /** Reads the memory of the server; `null` if the server does not answer. Absent: unknown. */
  memory?(): Promise<StoreMemory | null>
  /** Closes connections. Absent: the store has no connections. */
  close?(): void
}

/** Tools that a host passes to its stores. */
export interface KeyValueTools {
  /** Milliseconds since 1970. */
  now: () => number
  /** Binding of a Worker. Absent on other hosts, and on a Worker without the binding. */
  namespace?: KeyValueNamespace | undefined
  /** Starts to connect to Redis. Absent on hosts without TCP or without the library. */
  openRedis?: ((server: RedisServerSettings) => Required<OpenedStore>) | undefined
  /** Timeout of a call in a program without visitors. Default: the timeout in the variables. Milliseconds. */
  callMs?: number
}

/** Sentences of the doctor about a store that several processes share over the network. */
export interface StoreAdvice {
  /** Reason to skip the check if a required variable is missing. */
  readonly unset: string
  /** Advice for a certificate that Node rejects. */
  readonly untrusted: string
  /** Advice for a server that does not answer. */
  readonly unreachable: string
  /** Advice if a process does not see the value of another. */
  readonly unshared: string
  /** Advice if a full server refuses new values instead of evicting old values. */
  readonly evictsNothing: string
}

interface KeyValueFacts extends Omit<Driver, 'credentials'> {
  /** Variables that the store requires. */
  readonly needs: readonly string[]
  /** True when several processes see the same values. */
  readonly isShared: boolean
  /** Parts that the store provides beside `kv`. */
  readonly brings: readonly Part[]
  /** Sentences for the doctor. Absent: the doctor does not check the store. */
  readonly advice?: StoreAdvice
}

type Part = 'counter' | 'invalidations'

interface KeyValueDefinition<V extends z.ZodRawShape, P extends Part> extends KeyValueFacts {
  readonly variables: V
  readonly needs: readonly (keyof V & string)[]
  readonly brings: readonly P[]
  /** Opens the store for a process. Returns `null` if the host lacks the tool, or if a required variable is missing. */
  open(tools: KeyValueTools, variables: VariablesOf<V>): (OpenedStore & Required<Pick<OpenedStore, P>>) | null
}

/** An entry of the registry. */
export interface KeyValueDriver extends KeyValueFacts {
  /** Checks if all required variables are set, without validating their values. */
  isNamed(variables: Variables): boolean
  /** Opens the store for a process. Returns `null` if this server is not set up for the store. */
  open(tools: KeyValueTools, variables: Variables): OpenedStore | null
}

/** Creates an entry. `open` receives the store's own variables, parsed and typed. */
export function keyValueDriver<const V extends z.ZodRawShape, const P extends Part>({
  open,
  ...facts
}: KeyValueDefinition<V, P>): KeyValueDriver {
  return {
    ...facts,
    isNamed: (variables) => Object.keys(setVariables(facts.needs, variables)).length === facts.needs.length,
    open: (tools, variables) => open(tools, readVariables(facts.variables, variables)),
  }
}
