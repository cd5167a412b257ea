/** Stored credentials, as a vendor needs them. An operator may have imported credentials that no vendor wrote. */
import type { z } from 'zod'
import { VendorRefused, type WrittenCredentials } from './vendor.ts'

/** Parses stored credentials. Throws {@link VendorRefused} with `revoked` for credentials that cannot work, without quoting them. */
export function usableCredentials<T extends z.ZodType>(
  schema: T,
  credentials: WrittenCredentials,
): z.output<T> {
  const parsed = schema.safeParse(credentials)
  if (parsed.success) return parsed.data
  throw new VendorRefused('revoked', 'The stored credentials are not usable. Connect the account again.')
}
