/** All registries combined: the environment variables of the providers, and the vendor names for metrics. */
import type { Driver, VendorDriver } from '../ports/driver.ts'
import type { KeyValueDriver } from '../ports/kv-driver.ts'
import { keyValueStores } from './kv-stores.ts'
import { model } from './model.ts'
import { publishers } from './publishers.ts'
import { storages } from './storages.ts'

/** Deduplicated drivers: `managed` and `s3` are the same driver. */
const drivers: readonly VendorDriver[] = [
  ...new Set([...Object.values<VendorDriver>(storages), ...Object.values<VendorDriver>(publishers), model]),
]

const configured: readonly Pick<Driver, 'variables' | 'together'>[] = [
  ...drivers,
  ...Object.values<KeyValueDriver>(keyValueStores),
]

/** Environment variables of all providers, for `parseSettings`. */
export const providerVariables = {
  shape: Object.fromEntries(configured.flatMap(({ variables }) => Object.entries(variables))),
  together: configured.flatMap(({ together }) => (together ? [together] : [])),
}

/** Vendors with a circuit breaker per tenant: all vendors whose driver is built. */
export const vendors: readonly string[] = [
  ...new Set(drivers.filter(({ isBuilt }) => isBuilt).map(({ vendor }) => vendor)),
]
