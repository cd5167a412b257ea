/** The demo's tenants, as the orchestrator's two files have them. */
import type { DemoStorage } from './storages.ts'
import type { DemoVendors } from './vendors.ts'

export interface DemoTenant {
  name: string
  storage: DemoStorage
  /** Who administers it; nobody: it can only be looked at. */
  admin: string | null
  /** Its photos are the user's own: nothing moves or changes them. */
  isReadOnly: boolean
  /** Its title and colours. */
  appearance: { title: string; accent_color?: string; background_color?: string }
}

/** The contents of the file of tenants and of the file of secrets. */
export function orchestratorFiles(tenants: readonly DemoTenant[], vendors: DemoVendors, baseDomain: string) {
  const entries = tenants.map((tenant) => {
    const { config } = vendors.channelsOf(tenant.name)
    return [
      tenant.name,
      {
        hosts: [`${tenant.name}.${baseDomain}`],
        // A minute, so that an edit of the file shows soon.
        ttl_seconds: 60,
        config: {
          features: featuresOf(tenant),
          auth: { allowed_emails: tenant.admin === null ? [] : [tenant.admin] },
          storage: tenant.storage.config,
          appearance: tenant.appearance,
          ...config,
        },
      },
    ]
  })
  const secrets = tenants.map(({ name, storage }) => [
    name,
    { ...storage.secrets, ...vendors.channelsOf(name).secrets },
  ])
  return { tenants: { tenants: Object.fromEntries(entries) }, secrets: Object.fromEntries(secrets) }
}

function featuresOf({ isReadOnly }: DemoTenant) {
  const changes = !isReadOnly
  return {
    auto_view_enabled: true,
    publish_enabled: changes,
    analyze_caption_enabled: changes,
    keep_enabled: changes,
    remove_enabled: changes,
    delete_enabled: changes,
    library_enabled: changes,
  }
}
