/** One record of the ledger, as stored. */
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import { ratings } from '../../contract/rating.ts'

/** Upper bound on the corrections that a receipt lists. */
export const maxCorrections = 20

const notesSchema = z.record(z.string(), z.string()).optional().catch(undefined)

const base = {
  /** Becomes part of the next record's key. */
  attempt: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  platform: z.string(),
  /** Entry of the channel. Absent: the first entry of the platform, without an `id`, or a record of an earlier version. */
  entry: z.string().optional().catch(undefined),
  filename: z.string(),
  claimed_at: z.iso.datetime(),
  request_id: z.string(),
  /** Key for the platform's own protection against repetition. Absent in records of earlier versions. */
  key: z
    .string()
    .regex(/^[0-9a-f-]{36}$/)
    .optional()
    .catch(undefined),
  notes: notesSchema,
  caption: z.string().optional().catch(undefined),
  rating: z.enum(ratings).optional().catch(undefined),
}

const receipt = {
  ...base,
  posted_at: z.iso.datetime(),
  post_id: z.string(),
  // People follow this link, so anything but a web address is dropped.
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .catch(undefined),
  /** Captions that replaced earlier captions, oldest first. */
  corrections: z
    .array(z.object({ at: z.iso.datetime(), caption: z.string() }))
    .optional()
    .catch(undefined),
}

const recordSchema = z.discriminatedUnion('state', [
  z.object({ ...base, state: z.literal('claimed') }),
  z.object({ ...base, state: z.literal('unknown'), reason: z.string() }),
  z.object({ ...receipt, state: z.literal('posted') }),
  z.object({ ...receipt, state: z.literal('retracted'), retracted_at: z.iso.datetime() }),
])

export type LedgerRecord = z.output<typeof recordSchema>
export type ClaimRecord = LedgerRecord & { state: 'claimed' }
export type PostedRecord = LedgerRecord & { state: 'posted' }

/** A record that cannot be read. It counts as an unknown outcome, never as a photo that was not sent. */
export interface UnreadableRecord {
  state: 'unreadable'
  attempt: string
  entry?: undefined
}

export type AnyRecord = LedgerRecord | UnreadableRecord

/** Parses a record. Never throws. `position` in the chain identifies a record that does not name its attempt. */
export function parseRecord(text: string, position: number): AnyRecord {
  const unreadable = { state: 'unreadable' as const, attempt: `unreadable-${position}` }
  return recordSchema.safeParse(parseJson(text)).data ?? unreadable
}
