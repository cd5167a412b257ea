/** Apps at servers of many, such as Mastodon instances: stored encrypted, for all tenants together. */
import { z } from 'zod'
import { SecretsUnavailable } from '../contract/ports.ts'
import type { Database, Tx } from '../database/database.ts'
import type { Envelope, SealedPlace } from '../secrets/envelope.ts'
import { KeysUnavailable } from '../secrets/key-source.ts'
import { fleetTenant } from '../secrets/sealing.ts'
import type { VendorAppKey, VendorApps } from './vendor.ts'

const appSchema = z.object({ clientId: z.string(), clientSecret: z.string() })

/** Creates the store over the database. */
export function createVendorApps(database: Database, envelope: Envelope, now: () => number): VendorApps {
  return {
    async find(key) {
      const row = await rowOf(database.read, key)
      if (!row) return undefined
      try {
        return appSchema.parse(JSON.parse(await envelope.open(row, placeOf(key))))
      } catch (error) {
        // The app of a copied or damaged row is registered anew. Without the key service, nothing is known about the row.
        if (error instanceof SecretsUnavailable && !(error instanceof KeysUnavailable)) return undefined
        throw error
      }
    },

    async keep(key, app) {
      await envelope.prepare([fleetTenant])
      await database.change(async (tx) => {
        const sealed = await envelope.seal(tx, placeOf(key), JSON.stringify(app))
        const row = { ...sealed, at: new Date(now()).toISOString() }
        await tx
          .insertInto('vendor_app')
          .values({ ...columnsOf(key), ...row })
          .onConflict((conflict) => conflict.columns(['server', 'redirect_uri', 'scopes']).doUpdateSet(row))
          .execute()
      })
    },

    forget: (key) =>
      database.change(async (tx) => {
        const { server, redirect_uri, scopes } = columnsOf(key)
        await tx
          .deleteFrom('vendor_app')
          .where('server', '=', server)
          .where('redirect_uri', '=', redirect_uri)
          .where('scopes', '=', scopes)
          .execute()
      }),
  }
}

function rowOf(read: Pick<Tx, 'selectFrom'>, key: VendorAppKey) {
  const { server, redirect_uri, scopes } = columnsOf(key)
  return read
    .selectFrom('vendor_app')
    .select(['value', 'data_key'])
    .where('server', '=', server)
    .where('redirect_uri', '=', redirect_uri)
    .where('scopes', '=', scopes)
    .executeTakeFirst()
}

function columnsOf({ server, redirectUri, scopes }: VendorAppKey) {
  return { server, redirect_uri: redirectUri, scopes }
}

/** Returns the place that the value is bound to, so that a row does not open for another server. */
function placeOf({ server, redirectUri, scopes }: VendorAppKey): SealedPlace {
  return {
    tenant: fleetTenant,
    ref: `app/${JSON.stringify([server, redirectUri, scopes])}`,
    provider: 'mastodon',
  }
}
