/** Price classes of S3 requests, as in the price lists of AWS and Cloudflare R2. */
import type { RequestClass } from '../../../ports/storage-requests.ts'

/** Returns the class of a request. Only a deletion and a batch of deletions (`POST ?delete`) cost nothing. */
export function s3RequestClass({ method, url }: { method: string; url: URL }): RequestClass {
  if (method === 'DELETE') return 'free'
  if (method === 'POST') return url.searchParams.has('delete') ? 'free' : 'A'
  if (method === 'GET') return url.searchParams.has('list-type') ? 'A' : 'B'
  return method === 'HEAD' ? 'B' : 'A'
}
