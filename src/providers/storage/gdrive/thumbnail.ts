/** Thumbnails that Google Drive made. */
import { carriesMetadata, isOfType } from '../../../base/picture/foreign-thumbnail.ts'
import type { NativeThumbnail, ThumbnailBox } from '../../../ports/storage.ts'
import { thumbnailSchema } from './answers.ts'
import type { DriveApi } from './api.ts'
import { driveUrl } from './hosts.ts'

/** Longest side that Drive makes. */
const maxSide = 1600
const maxThumbnailBytes = 16 * 1024 * 1024

/**
 * Returns the thumbnail. Returns `null` if Drive has none in this format: too new, too large, or of an unknown format. A missing thumbnail
 * is no error, because the photo can be reduced here.
 */
export async function fetchThumbnail(
  api: DriveApi,
  id: string,
  box: ThumbnailBox,
  mediaType: NativeThumbnail['mediaType'],
): Promise<NativeThumbnail | null> {
  const side = Math.max(box.width, box.height)
  if (side > maxSide) return null
  const { thumbnailLink } = await api.json(thumbnailSchema, {
    url: driveUrl(`files/${id}`),
    query: { supportsAllDrives: 'true', fields: 'thumbnailLink' },
  })
  // The link gets the access token, so it must lead to Google.
  if (thumbnailLink === undefined || !api.isOwn(new URL(thumbnailLink))) return null
  const url = sized(thumbnailLink, side)
  if (url === null) return null
  const bytes = await api.bytesAtMost({ url, accepts: [...redirects, 403, 404] }, maxThumbnailBytes)
  if (bytes === 'too_large' || !isOfType(bytes, mediaType) || carriesMetadata(bytes, mediaType)) return null
  return { bytes, mediaType }
}

const redirects = [301, 302, 303, 307, 308]

/** Replaces the size at the end of a link, such as `=s220`. Returns `null` for a link of another form. */
function sized(link: string, side: number): string | null {
  const equals = link.lastIndexOf('=s')
  if (equals < 0 || !/^\d{1,5}$/.test(link.slice(equals + 2))) return null
  return `${link.slice(0, equals)}=s${side}`
}
