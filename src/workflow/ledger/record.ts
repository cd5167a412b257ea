/** One record of the ledger as it lies in the storage. */
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'

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
    // People follow it, so what is no web address is left out.
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .catch(undefined),
  }),
])

export type LedgerRecord = z.output<typeof recordSchema>

/** What nobody can read proves nothing: it stands for an outcome that is unknown, never for a photo that was not sent. */
export interface UnreadableRecord {
  state: 'unreadable'
  attempt: string
}

/** Never throws. `position` in the chain of attempts names a record that does not say itself which attempt it is. */
export function parseRecord(text: string, position: number): LedgerRecord | UnreadableRecord {
  const unreadable = { state: 'unreadable' as const, attempt: `unreadable-${position}` }
  return recordSchema.safeParse(parseJson(text)).data ?? unreadable
}
