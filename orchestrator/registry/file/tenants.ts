/** Tenants file: one entry per tenant. */
import { z } from 'zod'
import { type BoundTenant, bind, tenantName, tenantSchema } from '../binding.ts'
import { checked } from '../document.ts'

const fileSchema = z.object({ tenants: z.unknown() })
const tenantsSchema = z.record(tenantName, tenantSchema, { error: 'must hold one entry per tenant' })

/** Reads the parsed file. Throws {@link RegistryError} for fields that the publisher could not use. */
export async function readTenants(document: unknown): Promise<BoundTenant[]> {
  const file = checked(fileSchema, document, 'the tenants file')
  const tenants = checked(tenantsSchema, file.tenants, 'tenants')
  const bindings: BoundTenant[] = []
  // Sequential, so that the first error of the file is reported.
  for (const [tenant, entry] of Object.entries(tenants)) bindings.push(await bind(tenant, entry))
  return bindings
}
