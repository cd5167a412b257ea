/** Paths that need no tenant: health, static files, the page of error codes, calls of the control plane. */
import { errorsPath } from './problem.ts'

/** Checks if a path is answered on any host, without resolving a tenant. */
export function isTenantFree(path: string): boolean {
  return (
    path.startsWith('/assets/') ||
    path === '/health' ||
    path === errorsPath ||
    path.startsWith('/health/') ||
    path.startsWith('/internal/')
  )
}
