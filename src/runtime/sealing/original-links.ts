/** Addresses of originals that this program serves by signed links (src/handlers/routes/originals.ts). */
import type { LinkToOriginal } from '../../ports/storage-driver.ts'
import type { SignedLinks } from './signed-links.ts'

/** Creates the function that signs links to originals. Returns paths on the tenant's host. */
export function originalLinks(links: SignedLinks): LinkToOriginal {
  return async (host, folder, name, expiresAt) => {
    const token = await links.sign(host, folder, name, expiresAt)
    return `/api/images/${encodeURIComponent(name)}/original?token=${token}`
  }
}
