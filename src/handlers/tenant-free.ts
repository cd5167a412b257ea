/** Addresses that belong to no tenant: health, static files and the control plane's calls. */

/** Tells paths that are answered on any host, without looking for a tenant. */
export function isTenantFree(path: string): boolean {
  return (
    path.startsWith('/assets/') ||
    path === '/health' ||
    path.startsWith('/health/') ||
    path.startsWith('/internal/')
  )
}
