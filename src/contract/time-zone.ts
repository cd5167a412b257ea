/** Names of time zones (https://www.iana.org/time-zones). */
import { z } from 'zod'

const zoneName = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,3}$/

/** Name of a time zone that this program knows, such as `Europe/Berlin`. Refuses offsets such as `+01:00`, which know no summer time. */
export const timeZone = z
  .string()
  .trim()
  .max(64)
  .refine((name) => zoneName.test(name) && isKnown(name), {
    error: 'is not a time zone such as Europe/Berlin',
  })

function isKnown(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null
  } catch {
    return false
  }
}
