/** Bounds of the small records that a store keeps for this program. */
import { PublisherError } from '../base/errors.ts'
import type { RecordKey } from './storage.ts'

/** Upper bound for reading a record; real records have some hundred bytes. */
export const maxRecordBytes = 2 ** 20

const segment = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/

/** Joins the key's segments by `/`. Throws `invalid_request` for a key that could name anything but a record. */
export function recordFile(key: RecordKey): string {
  if (key.length > 0 && key.every((part) => segment.test(part))) return key.join('/')
  throw new PublisherError('invalid_request', 'This is no key of a record.')
}
