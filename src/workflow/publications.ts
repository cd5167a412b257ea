/** Outcomes of a photo on each platform that an attempt was made for, for people who view the photo later. */
import { type Platform, platforms } from '../contract/platform.ts'
import type { PhotoStore } from '../ports/storage.ts'
import { createLedger, type Ledger, type Standing } from './ledger.ts'

export interface Publication {
  platform: Platform
  status: 'published' | 'failed' | 'unknown' | 'in_progress'
  /** Time of publication, failure or start; `null` if the record cannot be read. */
  at: Date | null
  postUrl: string | null
  /** Error text for people. */
  error: string | null
}

export interface PublicationTools {
  store: PhotoStore
  now: () => number
  /** Platforms that the tenant has enabled. */
  platforms: readonly Platform[]
  /** Receives the causes, for the log. */
  onTrouble(error: unknown): void
}

/**
 * Returns the outcomes of a photo by the digest of its bytes, also on platforms that are no longer enabled. Costs one listing if
 * no attempt was ever made.
 *
 * Never rejects. A platform whose records cannot be read has an unknown outcome. If the storage refuses the listing, looks up
 * each enabled platform instead.
 */
export async function publicationsOf(tools: PublicationTools, sha256: string): Promise<Publication[]> {
  const { store, now, onTrouble } = tools
  const ledger = createLedger(store, now)
  const tried = await ledger.platformsOf(sha256).catch((error: unknown) => {
    onTrouble(error)
    return platforms.filter((platform) => tools.platforms.includes(platform))
  })
  const found = await Promise.all(
    tried.map((platform) =>
      publicationOn(ledger, sha256, platform).catch((error: unknown) => {
        onTrouble(error)
        return unreadable(platform)
      }),
    ),
  )
  return found.filter((publication) => publication !== null)
}

async function publicationOn(
  ledger: Ledger,
  sha256: string,
  platform: Platform,
): Promise<Publication | null> {
  const standing = await ledger.standing(sha256, platform)
  if (standing.kind !== 'free') return { platform, ...outcomeOf(standing) }
  const failure = await ledger.failure(sha256, platform)
  if (!failure) return null
  if (failure === 'unreadable') return unreadable(platform)
  return { platform, status: 'failed', at: failure.at, postUrl: null, error: failure.error }
}

function outcomeOf(standing: Exclude<Standing, { kind: 'free' }>): Omit<Publication, 'platform'> {
  switch (standing.kind) {
    case 'duplicate':
      return { status: 'published', at: standing.postedAt, postUrl: standing.url ?? null, error: null }
    case 'in_progress':
      return { status: 'in_progress', at: standing.since, postUrl: null, error: null }
    case 'unknown':
      return { status: 'unknown', at: standing.since, postUrl: null, error: standing.reason ?? interrupted }
  }
}

const interrupted =
  'We don’t know if it was published: the attempt was interrupted. Check the platform first.'

function unreadable(platform: Platform): Publication {
  const error = 'We don’t know if it was published: its record cannot be read. Check the platform first.'
  return { platform, status: 'unknown', at: null, postUrl: null, error }
}
