/** Request to publish a photo. */
import type { Photo } from '../../gallery/gallery-api.ts'
import { type ChannelName, ofContent } from '../admin-api.ts'
import { captionOf, type Draft } from './draft.ts'

/** Builds the request with the captions on the screen, because the saved captions may differ. */
export function requestFor(photo: Photo, draft: Draft, platforms: readonly ChannelName[]) {
  const captions = Object.fromEntries(
    platforms.map((platform) => [platform, captionOf(draft, photo, platform)]),
  )
  // A rating that is still being saved counts, too.
  const rating = photo.rating_source === 'person' && photo.rating
  return { ...ofContent(photo), platforms, captions, ...(rating && { rating }) }
}
