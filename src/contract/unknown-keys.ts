/** Finds keys of a runtime answer that the contract does not know, and suggests similar known keys. */
import { distance } from 'fastest-levenshtein'
import { below, type Field, isRecord, memberOf } from './lenient.ts'
import { platformName, platformNames } from './platform.ts'
import { listedPublishers, publisherFields } from './publisher-entries.ts'
import { answerFields } from './runtime-answer.ts'

export interface UnknownKey {
  /** Members joined by dots, from the top of the answer, without control characters and cut to 120 characters. */
  path: string
  /** The known key of the same block with the smallest edit distance, if any is near. */
  nearest: string | undefined
}

/** Upper bounds on the work for one answer. */
const maxUnknown = 20
const maxKeysPerBlock = 200
const maxKeyLength = 60
const maxPublishers = 50

/** Lists unknown keys and unknown publisher types, at most 20, in the order of the answer. */
export function unknownKeys(body: unknown): UnknownKey[] {
  const found: UnknownKey[] = []
  collect(answerFields, body, '', found)
  const publishers = memberOf(memberOf(body, 'config'), 'publishers')
  for (const { key, entry } of listedPublishers(publishers)?.slice(0, maxPublishers) ?? []) {
    const path = `config.publishers.${key}`
    const type = memberOf(entry, 'type')
    collect(publisherFields(type), entry, path, found)
    const isKnown = typeof type !== 'string' || platformName.safeParse(type).success
    if (!isKnown) add(found, `${path}.type: ${type}`, nearestOf(type, platformNames))
  }
  return found
}

/** Describes an unknown key and its likely correction. */
export function unknownKeyText({ path, nearest }: UnknownKey): string {
  return nearest === undefined ? `${path} is not known` : `${path} is not known (did you mean ${nearest}?)`
}

function collect(
  { members, foreignKeys = [] }: Field<unknown>,
  value: unknown,
  path: string,
  found: UnknownKey[],
): void {
  if (!members || !isRecord(value)) return
  for (const key of Object.keys(value).slice(0, maxKeysPerBlock)) {
    if (Object.hasOwn(members, key)) {
      const member = members[key]
      if (member) collect(member, value[key], below(path, key), found)
    } else if (!foreignKeys.includes(key)) add(found, below(path, key), nearestOf(key, Object.keys(members)))
  }
}

function add(found: UnknownKey[], path: string, nearest: string | undefined): void {
  if (found.length < maxUnknown)
    found.push({ path: path.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 120), nearest })
}

/** Returns the nearest known word whose edit distance is at most a third of its letters, or 2. */
function nearestOf(key: string, known: readonly string[]): string | undefined {
  const written = key.slice(0, maxKeyLength).toLowerCase().replaceAll('-', '_')
  const [best] = known
    .map((word) => ({ word, steps: distance(written, word) }))
    .toSorted((a, b) => a.steps - b.steps)
  if (!best || best.steps > Math.max(2, Math.floor(best.word.length / 3))) return undefined
  return best.word
}
