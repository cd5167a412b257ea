/** Limits of the small records that this program keeps in a storage. */
import { PublisherError } from '../base/errors.ts'
import type { RecordKey } from './storage.ts'

/** Upper bound on a record to read. Real records have a few hundred bytes. */
export const maxRecordBytes = 2 ** 20

const segment = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/

/** Joins the key's segments with `/`. Throws `invalid_request` for a key that could address another file. */
export function recordFile(key: RecordKey): string {
  if (key.length > 0 && key.every((part) => segment.test(part))) return key.join('/')
  throw new PublisherError('invalid_request', 'Invalid record key.')
}
