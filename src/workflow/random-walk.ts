/**
 * Shows every photo once before any photo repeats, without server-side memory of visitors. A seed orders all photos, and the
 * visitor's cookie holds the seed and the place in that order. Any process can continue the walk of another, and photos may come and
 * go between requests.
 */
import { PublisherError } from '../base/errors.ts'
import type { PhotoName } from '../ports/photo.ts'
import type { PhotoListing } from '../ports/storage.ts'
import type { PhotographerNotes } from './photographer.ts'

export interface WalkStep {
  name: PhotoName
  /** Value of the visitor's cookie: a random seed and a keyed hash. Contains no tenant's data. */
  position: string
}

interface Position {
  seed: string
  /** Rank of the photo shown last. */
  rank: string
}

const positionPattern = /^([0-9a-f]{8})\.([0-9a-f]{16})$/
/** Upper bound on new seeds. With two photos, half of all seeds begin with the photo shown last. */
const maxSeedTries = 64

/** Upper bound on rejections that one request finds out. Each may cost a read, once. */
const maxRejections = 60

/**
 * Returns the next photo of the root that its photographer did not reject, as {@link nextStep} does. Throws `busy` after many unknown
 * rejections in a row. The next request skips those.
 */
export async function nextShown(
  listing: PhotoListing,
  position: string | undefined,
  photographer: Pick<PhotographerNotes, 'withoutRejected' | 'isRejected'>,
): Promise<WalkStep | null> {
  for (let found = 0; found < maxRejections; found++) {
    const photos = photographer.withoutRejected(listing)
    const step = nextStep(
      photos.map(({ name }) => name),
      position,
    )
    const entry = photos.find(({ name }) => name === step?.name)
    if (!entry || !(await photographer.isRejected('root', entry))) return step
  }
  throw new PublisherError('busy', 'This gallery is being sorted. Try again.', { retryAfterMs: 1000 })
}

/**
 * Returns the photo after `position` among `names`, or `null` if there are no photos. An absent or unreadable position starts a
 * new walk. A photo that is added before the current place appears in the next round.
 */
export function nextStep(
  names: readonly PhotoName[],
  position: string | undefined,
  newSeed: () => string = randomSeed,
): WalkStep | null {
  const current = parsePosition(position)
  if (current) {
    const next = firstAfter(names, current.seed, current.rank)
    if (next) return next
  }
  const justShown = current && names.find((name) => rankOf(current.seed, name) === current.rank)
  let step: WalkStep | null = null
  for (let attempt = 0; attempt < maxSeedTries; attempt++) {
    step = firstAfter(names, newSeed(), '')
    if (step?.name !== justShown || names.length === 1) break
  }
  return step
}

function parsePosition(position: string | undefined): Position | null {
  const match = positionPattern.exec(position ?? '')
  return match?.[1] && match[2] ? { seed: match[1], rank: match[2] } : null
}

function firstAfter(names: readonly PhotoName[], seed: string, rank: string): WalkStep | null {
  let best: { name: PhotoName; rank: string } | null = null
  for (const name of names) {
    const candidate = rankOf(seed, name)
    if (candidate > rank && (best === null || candidate < best.rank)) best = { name, rank: candidate }
  }
  return best && { name: best.name, position: `${seed}.${best.rank}` }
}

/**
 * Returns 64 bits that order the photos differently for each seed: two FNV-1a hashes, finished as in MurmurHash3. Not
 * cryptographic, since it decides only an order.
 */
function rankOf(seed: string, name: PhotoName): string {
  return hash(`${seed}/${name}`, 0x811c9dc5) + hash(`${name}/${seed}`, 0x01000193)
}

function hash(text: string, start: number): string {
  let state = start
  for (let index = 0; index < text.length; index++)
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193)
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return ((state ^ (state >>> 16)) >>> 0).toString(16).padStart(8, '0')
}

function randomSeed(): string {
  return crypto
    .getRandomValues(new Uint32Array(1))
    .reduce((_, value) => value.toString(16).padStart(8, '0'), '')
}
