/** All registries together: the variables that providers read, and the names that metrics know them by. */
import type { Driver } from '../ports/driver.ts'
import type { KeyValueDriver } from '../ports/kv-driver.ts'
import { keyValueStores } from './kv-stores.ts'
import { models } from './models.ts'
import { publishers } from './publishers.ts'
import { storages } from './storages.ts'

const drivers: readonly Driver[] = [storages, publishers, models].flatMap((entries) =>
  Object.values<Driver>(entries),
)

const configured: readonly Pick<Driver, 'variables' | 'together'>[] = [
  ...drivers,
  ...Object.values<KeyValueDriver>(keyValueStores),
]

/** Environment variables of all providers, for `parseSettings`. */
export const providerVariables = {
  shape: Object.fromEntries(configured.flatMap(({ variables }) => Object.entries(variables))),
  together: configured.flatMap(({ together }) => (together ? [together] : [])),
}

/** Vendors behind the breakers of tenants. */
export const vendors: readonly string[] = [...new Set(drivers.map(({ vendor }) => vendor))]
