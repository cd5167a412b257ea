/** One key-value store: an entry of src/providers/kv-stores.ts. docs/guides/add-a-key-value-store.md says what belongs to one. */
import type { z } from 'zod'
import type { Secret } from '../base/secret.ts'
import { setVariables, type Variables } from '../base/variables.ts'
import { type Driver, readVariables, type VariablesOf } from './driver.ts'
import type { Invalidations } from './invalidations.ts'
import type { KeyValueStore } from './kv.ts'
import type { RateCounter } from './rate-counter.ts'

/** The part of Cloudflare's `KVNamespace` binding that is used here. */
export interface KeyValueNamespace {
  get(key: string): Promise<string | null>
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>
  delete(key: string): Promise<void>
}

/** A Redis server with the way to call it. */
export interface RedisServerSettings {
  /** `redis://` or `rediss://`, with the password in it. */
  url: Secret
  /** True: the certificate has to be for this host and from a known authority. Heroku's are not. */
  verifyTls: boolean
  /** Limit of one command. Milliseconds. */
  commandMs: number
}

/** Memory of a store's server. */
export interface StoreMemory {
  usedBytes: number
  /** 0: it names none. */
  limitBytes: number
  /** Eviction policy for when it is full: `noeviction`, `volatile-lru` ... */
  policy: string
}

/** A store with all that came with it. Ready for use at once, also while its server is away. */
export interface OpenedStore {
  kv: KeyValueStore
  /** Counts rates for all processes. Absent: each process counts alone. */
  counter?: RateCounter
  /** Tells other processes what to forget. Absent: they find out by their own checks. */
  invalidations?: Invalidations
  /**
   * Resolves when the server can be used. Rejects with the cause when the current attempt to connect fails, at the latest after
   * `ms`. Absent: there is nothing to wait for.
   */
  ready?(ms: number): Promise<void>
  /** Memory of the server; `null` where the server does not answer. Absent: unknown. */
  memory?(): Promise<StoreMemory | null>
  /** Ends connections. Absent: there are none. */
  close?(): void
}

/** Tools that a host gives to its stores. */
export interface KeyValueTools {
  /** Milliseconds since 1970. */
  now: () => number
  /** Binding of a Worker. Absent on other hosts, and on a Worker without one. */
  namespace?: KeyValueNamespace | undefined
  /** Begins to connect to Redis. Absent on hosts without TCP, and where the library is not loaded. */
  openRedis?: ((server: RedisServerSettings) => Required<OpenedStore>) | undefined
  /** Limit of one call in a program without visitors. Default: the one of the variables. Milliseconds. */
  callMs?: number
}

/** Sentences of the doctor about a store that several processes reach over the network. */
export interface StoreAdvice {
  /** Reason to skip the check where a needed variable is missing. */
  readonly unset: string
  /** Advice for a certificate that Node does not accept. */
  readonly untrusted: string
  /** Advice for a server that does not answer. */
  readonly unreachable: string
  /** Advice where a value of one process is missing in another. */
  readonly unshared: string
  /** Advice where a full server refuses new values instead of evicting old ones. */
  readonly evictsNothing: string
}

interface KeyValueFacts extends Omit<Driver, 'credentials'> {
  /** Variables without which the store is not used. */
  readonly needs: readonly string[]
  /** True where several processes see the same values. */
  readonly isShared: boolean
  /** Parts that the store brings beside `kv`. */
  readonly brings: readonly Part[]
  /** Absent: the doctor does not try the store. */
  readonly advice?: StoreAdvice
}

type Part = 'counter' | 'invalidations'

interface KeyValueDefinition<V extends z.ZodRawShape, P extends Part> extends KeyValueFacts {
  readonly variables: V
  readonly needs: readonly (keyof V & string)[]
  readonly brings: readonly P[]
  /** Opens the store for a process; `null` where the host has no tool for it, or a needed variable is missing. */
  open(tools: KeyValueTools, variables: VariablesOf<V>): (OpenedStore & Required<Pick<OpenedStore, P>>) | null
}

/** An entry of the registry. */
export interface KeyValueDriver extends KeyValueFacts {
  /** True where each needed variable is set. Looks at no value. */
  isNamed(variables: Variables): boolean
  /** Opens the store for a process; `null` where this server is not set up for it. */
  open(tools: KeyValueTools, variables: Variables): OpenedStore | null
}

/** Makes an entry. Its `open` gets its own variables, parsed and typed. */
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
