/** Chooses a thumbnail's media type by the client's `Accept` header (RFC 9110, section 12.5.1). */
import { parseAccept } from 'hono/utils/accept'
import type { ThumbnailType } from '../../ports/images.ts'
import { boxes, type ThumbnailSize } from './sizes.ts'

/** Largest box that gets AVIF, whose encoder needs 55 bytes of memory per pixel. Pixels. */
const largestAvifSide = 2048

/**
 * Returns the types to prefer to JPEG, the best first. AVIF has the visual quality of the JPEG at little more than half the size. WebP
 * is smaller still, at a lower quality. Storages make no AVIF, and making it here would require downloading the original.
 */
export function offeredTypes(size: ThumbnailSize, isNative: boolean): readonly ThumbnailType[] {
  return isNative || boxes[size].width > largestAvifSide ? ['image/webp'] : ['image/avif', 'image/webp']
}

/** Returns the type of tiles that present browsers get. */
export function usualType(isNative: boolean): ThumbnailType {
  return isNative ? 'image/webp' : 'image/avif'
}

/**
 * Returns JPEG, unless `Accept` names better types of `offered` with at least the weight of JPEG. Of these, returns the first with the
 * highest weight. Wildcards do not count for better types, because programs that send wildcards often know only JPEG. A client that
 * accepts none of the types still gets JPEG.
 */
export function negotiateType(accept: string | undefined, offered: readonly ThumbnailType[]): ThumbnailType {
  const weights = new Map(parseAccept(accept ?? '').map(({ type, q }) => [type.toLowerCase(), q]))
  const jpeg = weights.get('image/jpeg') ?? weights.get('image/*') ?? weights.get('*/*') ?? 0
  const weightOf = (type: ThumbnailType) => weights.get(type) ?? 0
  const better = offered.filter((type) => weightOf(type) > 0 && weightOf(type) >= jpeg)
  return better.toSorted((one, other) => weightOf(other) - weightOf(one))[0] ?? 'image/jpeg'
}
