/** Limits of an instance (docs.joinmastodon.org, "instance"; the documents of Pleroma, Akkoma, Pixelfed and GoToSocial). */
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { CaptionRules } from '../../../ports/publisher.ts'
import { type MastodonServer, once } from './api.ts'

export interface Instance {
  title: string | undefined
  /** True for Mastodon itself and its close forks, which count an address as 23 characters. */
  isMastodon: boolean
  maxCharacters: number
  charactersPerUrl: number
  imageBytes: number
  /** Longest alt text. */
  maxDescription: number
}

const count = z.number().int().positive().max(1_000_000_000).optional().catch(undefined)
const counts = <S extends z.ZodRawShape>(shape: S) => z.object(shape).partial().optional().catch(undefined)

const documentSchema = z.object({
  title: z.string().optional().catch(undefined),
  version: z.string().catch(''),
  configuration: counts({
    statuses: counts({ max_characters: count, characters_reserved_per_url: count }),
    media_attachments: counts({ image_size_limit: count, description_limit: count }),
  }),
  // Forks write their limits at the top level.
  max_toot_chars: count,
  description_limit: count,
  upload_limit: count,
})

/** Limits of a Mastodon that says nothing about them. Pixelfed's alt texts have 1,000 characters. */
const defaults = { maxCharacters: 500, perUrl: 23, imageBytes: 8_388_608, description: 1500, pixelfed: 1000 }

/** Limits to use while the instance does not answer. */
export const unknownInstance: Instance = instanceOf({ version: '' })

/** Cache of instances for a process, by origin. Holds results only: a Worker must not wait for another request's promise. */
export type InstanceCache = LRUCache<string, { instance: Instance; until: number }>

/** Upper bound on remembered instances (about 300 bytes each). */
const maxInstances = 2000
const ttlMs = 6 * 3_600_000
const failureTtlMs = 60_000
/** Longest wait for the limits: a photo should not wait long for numbers that have defaults. */
const timeoutMs = 5000

export function createInstanceCache(): InstanceCache {
  return new LRUCache({ max: maxInstances })
}

/** Returns the instance, from memory if possible. Never rejects: without an answer the limits are those of {@link unknownInstance}. */
export async function instanceFor(
  cache: InstanceCache,
  server: MastodonServer,
  signal?: AbortSignal,
): Promise<Instance> {
  const { now, credentials } = server
  const origin = URL.parse(credentials.instance_url)?.origin ?? ''
  const known = cache.get(origin)
  if (known && known.until > now()) return known.instance
  const timeout = AbortSignal.timeout(timeoutMs)
  const read = await readInstance(server, signal ? AbortSignal.any([signal, timeout]) : timeout).catch(
    () => null,
  )
  const instance = read ?? known?.instance ?? unknownInstance
  if (signal?.aborted) return instance
  cache.set(origin, { instance, until: now() + (read ? ttlMs : failureTtlMs) })
  return instance
}

/** Reads the instance. Returns `null` if the server has no such document. */
async function readInstance(server: MastodonServer, signal: AbortSignal): Promise<Instance | null> {
  for (const path of ['/api/v2/instance', '/api/v1/instance']) {
    const { status, body } = await once(server, { path }, signal)
    const document = status === 200 ? documentSchema.safeParse(body).data : undefined
    if (document) return instanceOf(document)
  }
  return null
}

function instanceOf(document: z.output<typeof documentSchema>): Instance {
  const { statuses, media_attachments: media } = document.configuration ?? {}
  const isPixelfed = /pixelfed/i.test(document.version)
  return {
    title: document.title,
    isMastodon: !isRelative(document.version),
    maxCharacters: statuses?.max_characters ?? document.max_toot_chars ?? defaults.maxCharacters,
    charactersPerUrl: statuses?.characters_reserved_per_url ?? defaults.perUrl,
    imageBytes: media?.image_size_limit ?? document.upload_limit ?? defaults.imageBytes,
    maxDescription:
      media?.description_limit ??
      document.description_limit ??
      (isPixelfed ? defaults.pixelfed : defaults.description),
  }
}

/** Recognises other software: `2.7.2 (compatible; Pleroma 2.6.2)`, and GoToSocial's own versions, which begin with 0. */
function isRelative(version: string): boolean {
  return /compatible;/i.test(version) || /^0\./.test(version)
}

/**
 * Returns the rules for captions. Mastodon counts graphemes, and an address as 23. Other software counts code points or graphemes, and
 * addresses in full; UTF-16 units are never fewer.
 */
export function rulesOf(
  rules: CaptionRules,
  { isMastodon, maxCharacters, charactersPerUrl }: Instance,
): CaptionRules {
  const { urlLength: _, ...others } = rules
  if (!isMastodon) return { ...others, maxLength: maxCharacters, unit: 'utf16' }
  return { ...others, maxLength: maxCharacters, unit: 'grapheme', urlLength: charactersPerUrl }
}
