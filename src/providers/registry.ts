/** All registries together: the variables that providers read, and the names that metrics know them by. */
import type { Driver } from '../ports/driver.ts'
import { models } from './models.ts'
import { publishers } from './publishers.ts'
import { storages } from './storages.ts'

const drivers: readonly Driver[] = [storages, publishers, models].flatMap((entries) =>
  Object.values<Driver>(entries),
)

/** Environment variables of all providers, for `parseSettings`. */
export const providerVariables = {
  shape: Object.fromEntries(drivers.flatMap(({ variables }) => Object.entries(variables))),
  together: drivers.flatMap(({ together }) => (together ? [together] : [])),
}

/** Vendors behind the breakers of tenants. */
export const vendors: readonly string[] = [...new Set(drivers.map(({ vendor }) => vendor))]
