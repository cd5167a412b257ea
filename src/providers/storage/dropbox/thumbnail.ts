/** Thumbnails that Dropbox creates (`get_thumbnail_v2`). */
import { PublisherError } from '../../../base/errors.ts'
import { carriesMetadata, isOfType } from '../../../base/picture/foreign-thumbnail.ts'
import type { NativeThumbnail, ThumbnailBox } from '../../../ports/storage.ts'
import type { DropboxApi } from './api.ts'
import { DropboxRefusal, isRefusal } from './errors.ts'

/** Dropbox's thumbnail sizes, smallest first, without the square icons below 256. */
const sizes = [
  [256, 256],
  [480, 320],
  [640, 480],
  [960, 640],
  [1024, 768],
  [2048, 1536],
] as const

const maxThumbnailBytes = 16 * 1024 * 1024

/** Returns the smallest size that covers the box, or `null` for a box larger than every size. */
function thumbnailSize(box: ThumbnailBox): string | null {
  const covering = sizes.find(([width, height]) => width >= box.width && height >= box.height)
  return covering ? `w${covering[0]}h${covering[1]}` : null
}

/**
 * Returns the thumbnail. Returns `null` for a photo that Dropbox cannot reduce: over 20 MB, damaged, or of another format. Also returns
 * `null` for a box above Dropbox's largest size, and for a thumbnail with metadata. Throws `photo_not_found`.
 */
export async function fetchThumbnail(
  api: DropboxApi,
  path: string,
  box: ThumbnailBox,
  mediaType: NativeThumbnail['mediaType'],
): Promise<NativeThumbnail | null> {
  const size = thumbnailSize(box)
  if (size === null) return null
  const argument = {
    resource: { '.tag': 'path', path },
    format: { '.tag': mediaType === 'image/webp' ? 'webp' : 'jpeg' },
    size: { '.tag': size },
    // The default `strict` would fit a portrait photo into the landscape box; `bestfit` turns the box.
    mode: { '.tag': 'bestfit' },
  }
  try {
    const { bytes, contentHash } = await api.thumbnail(argument, maxThumbnailBytes)
    if (!isOfType(bytes, mediaType)) {
      throw new PublisherError('storage_unavailable', 'Dropbox did not send a picture. Try again later.')
    }
    if (carriesMetadata(bytes, mediaType)) return null
    return { bytes, mediaType, ...(contentHash !== undefined && { contentHash }) }
  } catch (error) {
    if (isRefusal(error, 'path/not_found', 'path/not_file')) throw error
    if (error instanceof DropboxRefusal) return null
    throw error
  }
}
