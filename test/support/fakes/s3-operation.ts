/** The operation of an S3 request. */
import type { IncomingMessage } from 'node:http'
import type { Operation } from './s3-bucket.ts'

/** Returns the operation. */
export function operationOf({ method, headers }: IncomingMessage, query: URLSearchParams): Operation {
  if (query.has('list-type')) return 'list'
  if (method === 'HEAD') return 'head'
  if (method === 'DELETE') return 'delete'
  if (method === 'GET') return 'get'
  return headers['x-amz-copy-source'] === undefined ? 'put' : 'copy'
}
