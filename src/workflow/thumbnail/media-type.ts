/** Chooses a thumbnail's media type from what the client accepts (RFC 9110, section 12.5.1). */
import { parseAccept } from 'hono/utils/accept'
import type { ThumbnailType } from '../../ports/images.ts'

/**
 * JPEG unless a better type of `offered` is named by `Accept` and weighs at least as much as JPEG does. Wildcards do
 * not count for the better types: programs that send them often know JPEG only. A client that accepts none of them
 * gets JPEG all the same.
 */
export function negotiateType(accept: string | undefined, offered: readonly ThumbnailType[]): ThumbnailType {
  const weights = new Map(parseAccept(accept ?? '').map(({ type, q }) => [type.toLowerCase(), q]))
  const jpeg = weights.get('image/jpeg') ?? weights.get('image/*') ?? weights.get('*/*') ?? 0
  const better = offered.find((type) => {
    const weight = weights.get(type) ?? 0
    return weight > 0 && weight >= jpeg
  })
  return better ?? 'image/jpeg'
}
