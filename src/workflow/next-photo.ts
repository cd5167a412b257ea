/** Which photo is published next when nobody chooses: any of the root that is not everywhere yet. */
import { contentDigest, type DigestTools } from './content-digest.ts'
import { createLedger } from './ledger.ts'
import type { PhotoName } from './photo.ts'
import type { Platform } from './platform.ts'
import type { PhotoEntry } from './ports/storage.ts'

export interface NextPhotoTools extends DigestTools {
  now: () => number
  /** 0 to 1; which of the photos is looked at first. */
  random: () => number
}

/** A gallery whose photos are all published is not read to its end each time. */
const maxLooks = 50

/**
 * Gives a photo that at least one platform does not have and that nobody is at; `null` where there is none among the first fifty
 * that were looked at. What has an unknown outcome everywhere is left to a person.
 */
export async function nextPhoto(
  tools: NextPhotoTools,
  platforms: readonly Platform[],
): Promise<PhotoName | null> {
  const { store, now } = tools
  const { photos } = await store.list('root')
  const ledger = createLedger(store, now)
  for (const entry of shuffled(photos, tools.random).slice(0, maxLooks)) {
    const sha256 = await contentDigest(tools, 'root', entry)
    const standings = await Promise.all(platforms.map((platform) => ledger.standing(sha256, platform)))
    const isFree = standings.some(({ kind }) => kind === 'free')
    const isBusy = standings.some(({ kind }) => kind === 'in_progress')
    if (isFree && !isBusy) return entry.name
  }
  return null
}

/** Fisher and Yates, from the end. */
function shuffled(photos: readonly PhotoEntry[], random: () => number): PhotoEntry[] {
  const order = [...photos]
  for (let last = order.length - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1))
    const [one, other] = [order[last], order[chosen]]
    if (one && other) [order[last], order[chosen]] = [other, one]
  }
  return order
}
