/**
 * The photo index as a document: what is known about photos, by the folder of their previews. Documents of several processes merge in any
 * order with the same result.
 */
import { z } from 'zod'

/** Size and date of a photo, read from its first bytes. */
export interface PhotoFacts {
  /** Pixels, after rotation to upright. */
  width: number
  height: number
  /** ISO 8601; without an offset if the camera recorded none. */
  takenAt: string | null
}

/** Knowledge about the bytes of a photo. */
export interface KnownPhoto {
  /** Day of the last note, in days since 1970. */
  day: number
  /** `null`: not known. */
  facts: PhotoFacts | null
  /** A thumbhash, base64url. `null`: not known. */
  placeholder: string | null
  /** Lower-case hex. `null`: not known. */
  sha256: string | null
  /** What the photographer wrote inside the photo. `null`: not known. */
  words: WordsMark | null
  /** File names of the previews, sorted. */
  files: readonly string[]
}

/** Mark of the words inside a photo, which lie in a file of their own. `rejected`: the photographer's rating is -1. */
export type WordsMark = (typeof wordsMarks)[number]
const wordsMarks = ['none', 'some', 'rejected'] as const

export interface IndexDocument {
  photos: ReadonlyMap<string, KnownPhoto>
  /** Day of the last sweep, in days since 1970. */
  sweptDay: number
  /** Folders whose photo the last sweep did not find, with the day on which a sweep first missed it. */
  gone: ReadonlyMap<string, number>
}

export const emptyIndex: IndexDocument = { photos: new Map(), sweptDay: 0, gone: new Map() }

/** Upper bound on the text, some 5,000 photos. The photos with the oldest notes are left out first. */
const maxTextLength = 1_000_000
/** Upper bound on a text to read. A longer text has another author, and would take much memory. */
const maxReadLength = 1.2 * maxTextLength
/** Upper bound on the previews of one photo: all sizes in two types, with several watermarks. */
const maxFiles = 60

const day = z.number().int().min(0).max(1_000_000)
const folder = z.string().regex(/^[a-z0-9_-]{8,100}$/)
const pixels = z.number().int().min(1).max(1_000_000)
/** Later versions may add members at the end. Earlier versions wrote no mark of words. */
const photoSchema = z
  .tuple(
    [
      day,
      z.tuple([pixels, pixels, z.string().max(40).nullable()]).nullable(),
      z
        .string()
        .regex(/^[\w-]{1,60}$/)
        .nullable(),
      z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .nullable(),
      z.array(z.string().regex(/^w\d{1,5}h\d{1,5}(-[a-z0-9]{1,16})?\.(avif|webp|jpg)$/)).max(maxFiles),
    ],
    z.unknown(),
  )
  .transform(([noted, facts, placeholder, sha256, files, words]): KnownPhoto => {
    const [width, height, takenAt] = facts ?? []
    return {
      day: noted,
      facts: width && height ? { width, height, takenAt: takenAt ?? null } : null,
      placeholder,
      sha256,
      words: wordsMarks.find((mark) => mark === words) ?? null,
      files,
    }
  })
const documentSchema = z.object({
  version: z.literal(1),
  swept_day: day,
  gone: z.record(z.string(), z.unknown()),
  photos: z.record(z.string(), z.unknown()),
})

/** Parses the text of an index. Leaves out what it cannot read. Returns `null` for a text that is no index. */
export function parseIndex(text: string): IndexDocument | null {
  if (text.length > maxReadLength) return null
  const document = documentSchema.safeParse(jsonOf(text))
  if (!document.success) return null
  const { photos, gone, swept_day: sweptDay } = document.data
  return { photos: readable(photos, photoSchema), gone: readable(gone, day), sweptDay }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readable<T>(values: Record<string, unknown>, schema: z.ZodType<T>): Map<string, T> {
  const found = new Map<string, T>()
  for (const [key, value] of Object.entries(values)) {
    const parsed = schema.safeParse(value)
    if (parsed.success && folder.safeParse(key).success) found.set(key, parsed.data)
  }
  return found
}

/** Returns the text of an index, at most a million characters. */
export function formatIndex({ photos, gone, sweptDay }: IndexDocument): string {
  const newestFirst = [...photos].toSorted(
    ([left, one], [right, other]) => other.day - one.day || compare(left, right),
  )
  const parts: string[] = []
  let length = 100
  for (const entry of newestFirst) {
    const part = `${JSON.stringify(entry[0])}:${JSON.stringify(tupleOf(entry[1]))}`
    length += part.length + 1
    if (length > maxTextLength * 0.9) break
    parts.push(part)
  }
  const missing = Object.fromEntries(
    [...gone].toSorted(([left], [right]) => compare(left, right)).slice(0, 1000),
  )
  return `{"version":1,"swept_day":${sweptDay},"gone":${JSON.stringify(missing)},"photos":{${parts.join(',')}}}`
}

/** Leaves out an unknown mark, so that an earlier version can read the photo. */
function tupleOf({ day: noted, facts, placeholder, sha256, words, files }: KnownPhoto) {
  const size = facts && [facts.width, facts.height, facts.takenAt]
  return [noted, size, placeholder, sha256, files, ...(words === null ? [] : [words])]
}

/** Merges two indexes: keeps all that either knows. The order of merges does not matter, nor does a repetition. */
export function mergeIndexes(one: IndexDocument, other: IndexDocument): IndexDocument {
  const photos = new Map(one.photos)
  for (const [key, photo] of other.photos) photos.set(key, mergePhotos(photos.get(key), photo))
  if (one.sweptDay !== other.sweptDay) {
    const { sweptDay, gone } = one.sweptDay > other.sweptDay ? one : other
    return { photos, sweptDay, gone }
  }
  const gone = new Map(one.gone)
  for (const [key, since] of other.gone) gone.set(key, Math.min(since, gone.get(key) ?? since))
  return { photos, sweptDay: one.sweptDay, gone }
}

/** Merges what is known about the same bytes. Between contradictions, which only damage can cause, the greater text wins. */
export function mergePhotos(one: KnownPhoto | undefined, other: KnownPhoto): KnownPhoto {
  if (!one) return other
  return {
    day: Math.max(one.day, other.day),
    facts: greater(one.facts, other.facts, (facts) => JSON.stringify(tupleOfFacts(facts))),
    placeholder: greater(one.placeholder, other.placeholder, String),
    sha256: greater(one.sha256, other.sha256, String),
    words: greater(one.words, other.words, String),
    files: [...new Set([...one.files, ...other.files])].toSorted(compare).slice(0, maxFiles),
  }
}

function tupleOfFacts({ width, height, takenAt }: PhotoFacts) {
  return [width, height, takenAt]
}

function greater<T>(one: T | null, other: T | null, textOf: (value: T) => string): T | null {
  if (one === null || other === null) return one ?? other
  return textOf(one) >= textOf(other) ? one : other
}

const compare = (one: string, other: string) => (one === other ? 0 : one < other ? -1 : 1)
