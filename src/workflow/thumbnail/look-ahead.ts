/** Makes previews of the photos that follow in a folder that a person looks at, while the machine has nothing else to do. */
import { LRUCache } from 'lru-cache'
import { isPublisherError } from '../../base/errors.ts'
import type { Folder, PhotoName } from '../../ports/photo.ts'
import type { PhotoEntry } from '../../ports/storage.ts'
import { makeThumbnail, type ThumbnailTools } from '../thumbnail.ts'
import { negotiateType, offeredTypes } from './media-type.ts'
import { boxes, type ThumbnailSize } from './sizes.ts'

/** A tile of the grid that a person looks at. */
export interface SeenTile {
  folder: Folder
  name: PhotoName
  size: ThumbnailSize
  /** The `Accept` header. */
  accept?: string | undefined
}

/**
 * Starts a pass over the next photos after the tile, or directs the running pass there. Does nothing for sizes larger than a tile, for
 * stores that make thumbnails themselves, and while no previews can be kept.
 */
export type LookAhead = (tools: ThumbnailTools, seen: SeenTile) => void

/** Number of photos after the latest tile: the next screen. */
const photosAhead = 24
/** Upper bound on the photos of one pass. */
const maxPhotos = 240
/** Time limit of a pass: a Worker has 30 s after the answer. */
const passMs = 25_000
/** Upper bound on photos that are remembered because they have no thumbnail. */
const maxHopeless = 1000
/** Largest width of a tile, in pixels. */
const widestTile = 480

/** Creates the pass of one tenant. At most one runs at a time. */
export function createLookAhead(now: () => number): LookAhead {
  let running: { since: number } | null = null
  let latest: SeenTile
  const hopeless: Hopeless = new LRUCache({ max: maxHopeless })

  return (tools, seen) => {
    if (tools.store.thumbnail || boxes[seen.size].width > widestTile || !tools.previews.isKeeping()) return
    latest = seen
    // A Worker may cancel a pass with its request.
    if (running && now() - running.since < 2 * passMs) return
    const mine = { since: now() }
    running = mine
    const ended = pass(tools, () => latest, { now, hopeless }).finally(() => {
      if (running === mine) running = null
    })
    tools.waitUntil(ended.catch(() => undefined))
  }
}

/** Content hashes of photos that have no thumbnail. Each attempt would read their original. */
type Hopeless = LRUCache<string, true>

async function pass(
  tools: ThumbnailTools,
  latest: () => SeenTile,
  { now, hopeless }: { now: () => number; hopeless: Hopeless },
): Promise<void> {
  const endsAt = now() + passMs
  const done = new Set<string>()
  let folder: Folder | undefined
  let photos: readonly PhotoEntry[] = []
  while (done.size < maxPhotos && now() < endsAt && tools.previews.isKeeping()) {
    const seen = latest()
    if (seen.folder !== folder) {
      folder = seen.folder
      photos = (await tools.store.list(folder)).photos
    }
    const candidates = photosAfter(photos, seen).filter(
      ({ name, contentHash }) => !done.has(name) && !hopeless.has(contentHash),
    )
    const next = await firstWithout(tools, candidates, seen)
    if (!next) return
    done.add(next.name)
    const outcome = await make(tools, { ...seen, name: next.name })
    if (outcome === 'busy') return
    if (outcome === 'hopeless') hopeless.set(next.contentHash, true)
  }
}

function photosAfter(photos: readonly PhotoEntry[], { name }: SeenTile): readonly PhotoEntry[] {
  const place = photos.findIndex((photo) => photo.name === name)
  return photos.slice(place + 1, place + 1 + photosAhead)
}

async function firstWithout(
  { previews }: ThumbnailTools,
  photos: readonly PhotoEntry[],
  { size, accept }: SeenTile,
): Promise<PhotoEntry | null> {
  const mediaType = negotiateType(accept, offeredTypes(size, false))
  for (const photo of photos) if (!(await previews.has(photo, size, mediaType))) return photo
  return null
}

/** Makes a thumbnail. `hopeless`: the photo has none. `busy`: the store or the machine cannot make it now, so the pass should end. */
async function make(
  tools: ThumbnailTools,
  { folder, name, size, accept }: SeenTile,
): Promise<'made' | 'hopeless' | 'busy'> {
  try {
    await makeThumbnail(tools, { folder, name, size, accept, isAhead: true })
    return 'made'
  } catch (error) {
    const codes = ['photo_unreadable', 'photo_too_large', 'photo_not_found', 'unsupported_photo'] as const
    return codes.some((code) => isPublisherError(error, code)) ? 'hopeless' : 'busy'
  }
}
