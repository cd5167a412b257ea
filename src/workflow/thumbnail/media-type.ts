/** Chooses a thumbnail's media type by the client's `Accept` header (RFC 9110, section 12.5.1). */
import { parseAccept } from 'hono/utils/accept'
import type { ThumbnailType } from '../../ports/images.ts'

/**
 * Returns JPEG, unless `Accept` names a better type of `offered` with at least the weight of JPEG. Wildcards do not count for
 * better types, because programs that send wildcards often know only JPEG. A client that accepts none of the types still gets
 * JPEG.
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
