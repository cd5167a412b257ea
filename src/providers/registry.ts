/** All registries together: the variables that providers read, and the names that metrics know them by. */
import type { Driver, VendorDriver } from '../ports/driver.ts'
import type { KeyValueDriver } from '../ports/kv-driver.ts'
import { keyValueStores } from './kv-stores.ts'
import { model } from './model.ts'
import { publishers } from './publishers.ts'
import { storages } from './storages.ts'

/** Each entry once, also where configurations have two names for it. */
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

/** Vendors behind the breakers of tenants: those that this program can call. */
export const vendors: readonly string[] = [
  ...new Set(drivers.filter(({ isBuilt }) => isBuilt).map(({ vendor }) => vendor)),
]
