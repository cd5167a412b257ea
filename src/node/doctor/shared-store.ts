/** Checks that a shared key-value store can be reached, is really shared between processes, and is not full. */
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
/** Timeout of a call, longer than in production, since the doctor accepts a slow store. */
const callMs = 5000
const ttlSeconds = 60
/** Share of the memory limit from which a store without eviction counts as nearly full. */
const nearlyFull = 0.8

/** Store that the doctor can try. */
export type TriedStore = KeyValueDriver & { readonly advice: StoreAdvice }

/** Stores of the registry that the doctor can try. */
export const triedStores: readonly TriedStore[] = Object.values<KeyValueDriver>(keyValueStores).filter(
  (driver): driver is TriedStore => driver.advice !== undefined,
)

/** Writes through one connection and reads through another, which reveals a missing store or a store that is not shared. */
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

/** Node's codes for untrusted certificates. */
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
    'one process cannot read what another writes: the store answers, but keeps no values',
    advice.unshared,
  )
}

function judge(memory: StoreMemory | null, { advice }: TriedStore): Verdict<undefined> {
  const shared = 'one process reads what another writes'
  if (!memory) return { value: undefined, said: `${shared}; its memory usage is unknown` }
  const { usedBytes, limitBytes, policy } = memory
  if (limitBytes === 0)
    return { value: undefined, said: `${shared}; ${megabytes(usedBytes)} used, without a limit` }
  const said = `${shared}; ${megabytes(usedBytes)} of ${megabytes(limitBytes)} used, ${policy}`
  if (policy !== 'noeviction') return { value: undefined, said }
  return {
    value: undefined,
    said:
      usedBytes >= limitBytes * nearlyFull
        ? `${said}: it is nearly full, and will then refuse new values`
        : `${said}: once full, it refuses new values`,
    warning: true,
    todo: advice.evictsNothing,
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
