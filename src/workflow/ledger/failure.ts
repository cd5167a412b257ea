/** The last failure of a photo on a channel, kept beside the ledger's records. The failure claims nothing and blocks no attempt. */
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import { type Channel, isFirstOfPlatform } from '../../contract/channels.ts'
import type { PhotoStore } from '../../ports/storage.ts'
import { failureKey, filesOf, ledgerEntryOf } from './channel-files.ts'

/** Longest error text that is stored, in UTF-16 units. */
const maxErrorLength = 1000

const failureSchema = z.object({
  state: z.literal('failed'),
  failed_at: z.iso.datetime(),
  error: z.string(),
  entry: z.string().optional().catch(undefined),
})

export interface Failure {
  at: Date
  /** Error text for people. */
  error: string
  /** Entry of the channel, as in the ledger's records. */
  entry?: string
}

export async function writeFailure(
  store: PhotoStore,
  sha256: string,
  channel: Channel,
  failure: Omit<Failure, 'entry'>,
): Promise<void> {
  const { main, own } = await filesOf(channel)
  const entry = ledgerEntryOf(channel)
  const file = isFirstOfPlatform(channel) ? main : (own ?? main)
  const text = formatFailure({ ...failure, ...(entry !== undefined && { entry }) })
  await store.replaceRecord(failureKey(sha256, file), text)
}

/** Returns the channel's last failure from both of its files, or `null`. */
export async function readFailure(
  store: PhotoStore,
  sha256: string,
  channel: Channel,
): Promise<Failure | 'unreadable' | null> {
  const { main, own } = await filesOf(channel)
  const read = async (file: string | null) => {
    const stored = file === null ? null : await store.readRecord(failureKey(sha256, file))
    return stored && (parseFailure(stored.text) ?? ('unreadable' as const))
  }
  const [ofMain, ofOwn] = await Promise.all([read(main), read(own)])
  const isMine = ofMain === 'unreadable' ? isFirstOfPlatform(channel) : isOf(ofMain, channel)
  const mine = [ofOwn, isMine ? ofMain : null].filter((failure) => failure !== null)
  return mine.find((failure) => failure === 'unreadable') ?? latestOf(mine)
}

function isOf(failure: Failure | null, channel: Channel): boolean {
  const expected = ledgerEntryOf(channel)
  if (expected === undefined) return true
  return failure?.entry === undefined ? isFirstOfPlatform(channel) : failure.entry === expected
}

function latestOf(failures: readonly (Failure | 'unreadable')[]): Failure | null {
  const readable = failures.filter((failure) => failure !== 'unreadable')
  return readable.sort((a, b) => b.at.getTime() - a.at.getTime())[0] ?? null
}

function formatFailure({ at, error, entry }: Failure): string {
  const failure: z.input<typeof failureSchema> = {
    state: 'failed',
    failed_at: at.toISOString(),
    error: error.slice(0, maxErrorLength),
    ...(entry !== undefined && { entry }),
  }
  return JSON.stringify(failure)
}

/** Parses a failure; returns `null` for any other text. Never throws. */
export function parseFailure(text: string): Failure | null {
  const { data } = failureSchema.safeParse(parseJson(text))
  if (!data) return null
  const { failed_at, error, entry } = data
  return { at: new Date(failed_at), error, ...(entry !== undefined && { entry }) }
}
