/** The demo's tenants, in the form of the orchestrator's two files. */
import type { DemoStorage } from './storages.ts'
import type { DemoVendors } from './vendors.ts'

export interface DemoTenant {
  name: string
  storage: DemoStorage
  /** Admin's email address; `null` for a gallery that can only be viewed. */
  admin: string | null
  /** True when the photos are the user's own, so nothing may move or change them. */
  isReadOnly: boolean
  /** Title and colours. */
  appearance: { title: string; accent_color?: string; background_color?: string }
}

/** Returns the contents of the tenants file and the secrets file. */
export function orchestratorFiles(tenants: readonly DemoTenant[], vendors: DemoVendors, baseDomain: string) {
  const entries = tenants.map((tenant) => {
    const { config } = vendors.channelsOf(tenant.name)
    return [
      tenant.name,
      {
        hosts: [`${tenant.name}.${baseDomain}`],
        // Short, so that a change takes effect soon.
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
