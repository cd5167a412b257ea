/** The last failure of a photo on a platform, kept beside the ledger's records. The failure claims nothing and blocks no attempt. */
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import type { Platform } from '../../contract/platform.ts'
import type { RecordKey } from '../../ports/storage.ts'

/** Longest error text that is stored, in UTF-16 units. */
const maxErrorLength = 1000

const failureSchema = z.object({
  state: z.literal('failed'),
  failed_at: z.iso.datetime(),
  error: z.string(),
})

export interface Failure {
  at: Date
  /** Error text for people. */
  error: string
}

/** Returns the key of the failure. No claim or receipt uses this key. */
export function failureKey(sha256: string, platform: Platform): RecordKey {
  return ['ledger', sha256, `${platform}.failed.json`]
}

export function formatFailure({ at, error }: Failure): string {
  const failure: z.input<typeof failureSchema> = {
    state: 'failed',
    failed_at: at.toISOString(),
    error: error.slice(0, maxErrorLength),
  }
  return JSON.stringify(failure)
}

/** Parses a failure; returns `null` for any other text. Never throws. */
export function parseFailure(text: string): Failure | null {
  const parsed = failureSchema.safeParse(parseJson(text))
  return parsed.success ? { at: new Date(parsed.data.failed_at), error: parsed.data.error } : null
}
