/** Words of one source about one photo, and the small file that keeps those from inside a photo. */
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import type { PhotographerMetadata } from '../../base/metadata/photographer.ts'

/** Words of one source. A source is an XMP file beside the photo, or the photo itself. */
export interface Words {
  metadata: PhotographerMetadata
  /** Time at which a program last wrote the source, in ISO 8601. `null`: not recorded. */
  modifiedAt: string | null
}

/** Name of the file, beside the previews of the photo. */
export const wordsFile = 'words.json'

/** Upper bound on a file to read, above the bounds of all texts together. A longer file has another author. */
const maxFileBytes = 400_000

const text = (maxLength: number) => z.string().max(maxLength).nullable()
const schema = z.object({
  version: z.literal(1),
  modified_at: text(60),
  title: text(1000),
  description: text(10_000),
  keywords: z.array(z.string().max(200)).max(200),
  rating: z.number().min(-1).max(5).nullable(),
  alt_text: text(4000),
  taken_at: text(60),
  creators: z.array(z.string().max(400)).max(20),
  copyright: text(2000),
  usage_terms: text(4000),
})

export function formatWords({ metadata, modifiedAt }: Words): Uint8Array<ArrayBuffer> {
  const { altText, takenAt, usageTerms, ...others } = metadata
  const file: z.input<typeof schema> = {
    version: 1,
    modified_at: modifiedAt,
    ...others,
    keywords: [...metadata.keywords],
    creators: [...metadata.creators],
    alt_text: altText,
    taken_at: takenAt,
    usage_terms: usageTerms,
  }
  return new Uint8Array(new TextEncoder().encode(JSON.stringify(file)))
}

/** Returns `null` for a file that this program did not write. */
export function parseWords(bytes: Uint8Array): Words | null {
  if (bytes.length > maxFileBytes) return null
  const { data } = schema.safeParse(parseJson(new TextDecoder().decode(bytes)))
  if (!data) return null
  const { alt_text: altText, taken_at: takenAt, usage_terms: usageTerms, modified_at, ...others } = data
  const { version: _, ...metadata } = others
  return { metadata: { ...metadata, altText, takenAt, usageTerms }, modifiedAt: modified_at }
}

/** Estimates the memory that words take, in bytes. */
export function sizeOfWords({ metadata }: Words): number {
  return 500 + 2 * JSON.stringify(metadata).length
}
