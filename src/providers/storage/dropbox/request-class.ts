/** Classes of Dropbox requests. Dropbox has no prices, so each class has the meaning that it has for S3. */
import type { RequestClass } from '../../../ports/storage-requests.ts'

/** Ends of the routes that read. The access token counts as a read. */
const reads =
  /\/(?:oauth2\/token|users\/get_current_account|files\/(?:download|get_[a-z_]+|list_revisions))(?:_v2)?$/

/** Returns the class of a request. A route that is not known counts as `A`. */
export function dropboxRequestClass({ url: { pathname } }: { url: URL }): RequestClass {
  if (reads.test(pathname)) return 'B'
  return /\/files\/(?:permanently_)?delete(?:_v2|_batch)?$/.test(pathname) ? 'free' : 'A'
}
