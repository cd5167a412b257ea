/** Brings the times of XMP and IPTC into the form of EXIF times in this program: `2026-06-01T18:30:00`, or with `+02:00`. */

/** A time as XMP writes it (ISO 16684-1, section 8.2.1.2), with at least hours and minutes. */
const pattern = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?$/

/** Returns the time, or `null` for an incomplete or impossible time such as 30 February. Drops fractions of seconds. */
export function isoTime(text: string | null | undefined): string | null {
  const parts = pattern.exec(text?.trim().slice(0, 40) ?? '')
  if (!parts) return null
  const [, day = '', minutes = '', seconds = ':00', zone = ''] = parts
  const time = `${day}T${minutes}${seconds}`
  const instant = new Date(`${time}Z`)
  const isReal = !Number.isNaN(instant.getTime()) && instant.toISOString().slice(0, 19) === time
  return isReal && !time.startsWith('0000') ? time + offsetOf(zone) : null
}

function offsetOf(zone: string): string {
  if (zone === 'Z') return '+00:00'
  const parts = /^([+-](?:0\d|1[0-4])):?([0-5]\d)$/.exec(zone)
  return parts ? `${parts[1]}:${parts[2]}` : ''
}

/** Returns the instant in milliseconds. Takes a time without an offset as UTC. */
export function instantOf(time: string): number {
  return Date.parse(time.length === 19 ? `${time}Z` : time)
}
