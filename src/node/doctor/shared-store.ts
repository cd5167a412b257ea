/** Checks that a shared key-value store does what several dynos need: reached by each, shared by all, and not full. */
import type { Variables } from '../../base/variables.ts'
import type { KeyValueDriver, OpenedStore, StoreAdvice, StoreMemory } from '../../ports/kv-driver.ts'
import { noMetrics } from '../../ports/metrics.ts'
import { keyValueStores } from '../../providers/kv-stores.ts'
import type { Settings } from '../../runtime/settings/settings.ts'
import { createLogger } from '../../runtime/telemetry/log.ts'
import { storeTools } from '../shared-store.ts'
import type { Verdict } from './examination.ts'
import { hasCode } from './explain.ts'
import { Trouble } from './trouble.ts'

const readyMs = 10_000
/** A slow answer is no wrong one; it counts as no answer only in a program that has visitors. */
const callMs = 5000
const ttlSeconds = 60
/** Share of the limit from which a store that evicts nothing is about to refuse. */
const nearlyFull = 0.8

/** A store that the doctor can try. */
export type TriedStore = KeyValueDriver & { readonly advice: StoreAdvice }

/** Entries of the registry that the doctor can try. */
export const triedStores: readonly TriedStore[] = Object.values<KeyValueDriver>(keyValueStores).filter(
  (driver): driver is TriedStore => driver.advice !== undefined,
)

/** Writes as one process and reads as another: a store that is not shared, or not there, shows. */
export async function checkSharedStore(
  driver: TriedStore,
  settings: Pick<Settings, 'baseDomain'>,
  variables: Variables,
  now: () => number,
): Promise<Verdict<undefined>> {
  const log = createLogger({ level: 'error', write: () => undefined })
  const tools = { ...(await storeTools({ settings, variables, log, metrics: noMetrics, now })), callMs }
  const [one, other] = [driver.open(tools, variables), driver.open(tools, variables)]
  if (!one || !other) throw new TypeError(`${driver.title} is not set up`)
  try {
    await Promise.all([reach(one, driver), reach(other, driver)])
    await share(one, other, driver)
    return judge((await one.memory?.()) ?? null, driver)
  } finally {
    one.close?.()
    other.close?.()
  }
}

async function reach({ ready }: OpenedStore, { advice }: TriedStore): Promise<void> {
  await ready?.(readyMs).catch((error: unknown) => {
    const cause = error instanceof Error ? error.cause : error
    if (isUntrusted(error)) throw new Trouble('its certificate is not trusted', advice.untrusted, cause)
    throw new Trouble('it cannot be reached', advice.unreachable, cause)
  })
}

/** Node's codes for certificates that it does not accept. */
const untrusted = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]

function isUntrusted(error: unknown): boolean {
  return untrusted.some((code) => hasCode(error, code))
}

async function share(
  { kv: one }: OpenedStore,
  { kv: other }: OpenedStore,
  { advice }: TriedStore,
): Promise<void> {
  const key = `doctor:${crypto.randomUUID()}`
  const value = crypto.randomUUID()
  await one.put(key, value, { ttlSeconds })
  const seen = await other.get(key)
  await one.delete(key)
  if (seen === value) return
  throw new Trouble(
    'what one process writes, another one does not find: it answers, but takes nothing, or loses it at once',
    advice.unshared,
  )
}

function judge(memory: StoreMemory | null, { advice }: TriedStore): Verdict<undefined> {
  const shared = 'what one process writes, another one reads'
  if (!memory) return { value: undefined, said: `${shared}; it does not tell of its memory` }
  const { usedBytes, limitBytes, policy } = memory
  if (limitBytes === 0)
    return { value: undefined, said: `${shared}; ${megabytes(usedBytes)} used, without a limit` }
  const said = `${shared}; ${megabytes(usedBytes)} of ${megabytes(limitBytes)} used, ${policy}`
  if (policy !== 'noeviction') return { value: undefined, said }
  return {
    value: undefined,
    said:
      usedBytes >= limitBytes * nearlyFull
        ? `${said}: it is nearly full, and then refuses what is new`
        : `${said}: once it is full it refuses what is new`,
    warning: true,
    todo: advice.evictsNothing,
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
