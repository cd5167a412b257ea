/** One record of the ledger, as stored. */
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'

const base = {
  /** Becomes part of the next record's key. */
  attempt: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  platform: z.string(),
  filename: z.string(),
  claimed_at: z.iso.datetime(),
  request_id: z.string(),
}

const recordSchema = z.discriminatedUnion('state', [
  z.object({ ...base, state: z.literal('claimed') }),
  z.object({ ...base, state: z.literal('unknown'), reason: z.string() }),
  z.object({
    ...base,
    state: z.literal('posted'),
    posted_at: z.iso.datetime(),
    post_id: z.string(),
    // People follow this link, so anything but a web address is dropped.
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .catch(undefined),
  }),
])

export type LedgerRecord = z.output<typeof recordSchema>

/** A record that cannot be read. It counts as an unknown outcome, never as a photo that was not sent. */
export interface UnreadableRecord {
  state: 'unreadable'
  attempt: string
}

/** Parses a record. Never throws. `position` in the chain identifies a record that does not name its attempt. */
export function parseRecord(text: string, position: number): LedgerRecord | UnreadableRecord {
  const unreadable = { state: 'unreadable' as const, attempt: `unreadable-${position}` }
  return recordSchema.safeParse(parseJson(text)).data ?? unreadable
}
