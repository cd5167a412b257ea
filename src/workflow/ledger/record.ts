/** One record of the ledger as it lies in the storage. */
import { z } from 'zod'

const base = {
  /** Ends up in the name of the record that follows it. */
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
    url: z.string().optional(),
  }),
])

export type LedgerRecord = z.output<typeof recordSchema>

/** What nobody can read proves nothing: it stands for an outcome that is unknown, never for a photo that was not sent. */
const unreadable: LedgerRecord = {
  state: 'unknown',
  attempt: 'unreadable',
  platform: '',
  filename: '',
  claimed_at: new Date(0).toISOString(),
  request_id: '',
  reason: 'The record of this attempt cannot be read.',
}

/** Never throws. */
export function parseRecord(text: string): LedgerRecord {
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch {
    return unreadable
  }
}
