/** Request to publish a photo. */
import type { Photo } from '../../gallery/gallery-api.ts'
import { ofContent, type PlatformName } from '../admin-api.ts'
import { captionOf, type Draft } from './draft.ts'

/** Builds the request with the captions on the screen, because the saved captions may differ. */
export function requestFor(photo: Photo, draft: Draft, platforms: readonly PlatformName[]) {
  const captions = Object.fromEntries(
    platforms.map((platform) => [platform, captionOf(draft, photo, platform)]),
  )
  return { ...ofContent(photo), platforms, captions }
}
