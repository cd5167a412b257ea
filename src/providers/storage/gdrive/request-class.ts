/** Classes of Google Drive requests. Drive has no prices, so each class has the meaning that it has for S3. */
import type { RequestClass } from '../../../ports/storage-requests.ts'

/** Paths that list: a folder, the shared drives, and new IDs. */
const lists = /\/drive\/v3\/(?:files|drives|files\/generateIds)$/

/** Returns the class of a request. The access token counts as a read. */
export function driveRequestClass({ method, url }: { method: string; url: URL }): RequestClass {
  if (method === 'DELETE') return 'free'
  if (url.pathname.endsWith('/token')) return 'B'
  return method === 'GET' && !lists.test(url.pathname) ? 'B' : 'A'
}
