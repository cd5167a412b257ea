/** Converts a configuration to the types and words that V2's models accept. This publisher reads both forms. */
import { flag, isBlank, isRecord } from '../../src/contract/lenient.ts'
import { v2NameOf } from '../../src/contract/platform.ts'
import { listedPublishers, publishersField } from '../../src/contract/publisher-entries.ts'
import type { RuntimeConfig } from '../../src/contract/runtime-answer.ts'

type Members = Record<string, unknown>

/**
 * Converts `config`, which the publisher reads as `read`, to the form that is sent. Leaves out blank members and `null`. Keeps keys that
 * the publisher does not know.
 */
export function v2Form(config: Members, read: RuntimeConfig): Members {
  const { features, storage, publishers, email_server, content, auth, ...rest } = config
  const list = listedPublishers(publishers)
  return {
    ...membersOf(sentValue(rest, read)),
    features: sentValue(membersOf(features), read.features),
    storage: trimmed(sentValue(storage, read.storage)),
    ...(list && { publishers: list.flatMap(({ entry }) => sentPublisher(entry)) }),
    ...(read.email_server && { email_server: sentValue(email_server, read.email_server) }),
    ...(isRecord(content) && {
      content: {
        ...membersOf(sentValue(content, read.content)),
        ...filledList(content, read.content, 'voice_profile'),
      },
    }),
    ...(isRecord(auth) &&
      read.auth && {
        auth: { ...membersOf(sentValue(auth, read.auth)), ...filledList(auth, read.auth, 'allowed_emails') },
      }),
  }
}

function membersOf(value: unknown): Members {
  return isRecord(value) ? value : {}
}

/** Returns the usable entries of a list, if the file has the list. */
function filledList<K extends string>(block: Members, read: { [key in K]: unknown }, key: K): Members {
  return Array.isArray(block[key]) ? { [key]: read[key] } : {}
}

/** Returns the value without blank members. Converts flags and numbers to their types, and words to the publisher's spelling. */
function sentValue(written: unknown, read: unknown): unknown {
  if (isRecord(written)) {
    const known = membersOf(read)
    return Object.fromEntries(
      Object.entries(written).flatMap(([key, member]) =>
        isBlank(member) ? [] : [[key, sentValue(member, Object.hasOwn(known, key) ? known[key] : undefined)]],
      ),
    )
  }
  // The publisher turns some flags off, so the flag as written is sent.
  if (typeof read === 'boolean') return flag(read).read(written, '', [])
  if (typeof written !== 'string') return written
  if (typeof read === 'number') return read
  const word = written.trim()
  return read === word || read === word.toLowerCase() ? read : written
}

/** Trims text. Sub-paths are sent as written, since the publisher resolves them. */
function trimmed(value: unknown): unknown {
  if (typeof value === 'string') return value.trim()
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, trimmed(member)]))
}

/** Returns the entry with an `id` of text, which V2 needs, and with V2's name of its type. */
function sentPublisher(entry: unknown): unknown[] {
  if (isBlank(entry)) return []
  const [read] = publishersField.read([entry], '', [])
  const sent = membersOf(sentValue(entry, read))
  const type = v2NameOf(String(sent.type).trim().toLowerCase())
  return [{ ...sent, id: String(sent.id ?? type), type }]
}
