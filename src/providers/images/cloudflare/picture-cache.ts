/** Thumbnails in the Cache API of Workers: one cache per data centre, for all isolates. */
import type { ThumbnailType } from '../../../ports/images.ts'
import type { PictureCache, PictureKey } from '../../../ports/picture-cache.ts'

/** Subset of the Cache API, in web-platform types. */
export interface NamedCache {
  match(address: string): Promise<Response | undefined>
  put(address: string, response: Response): Promise<void>
}

/** Bounds how long a removed photo remains in the cache, where no request reaches it. */
const cacheControl = 'public, max-age=86400'

const types: readonly ThumbnailType[] = ['image/avif', 'image/webp', 'image/jpeg']

/** `open` opens the cache anew for each call, because a Worker must not await a promise of another request. */
export function createCloudflarePictureCache(open: () => Promise<NamedCache>): PictureCache {
  return {
    async match(key) {
      const response = await (await open()).match(addressOf(key))
      const mediaType = types.find((type) => type === response?.headers.get('content-type'))
      if (!response || !mediaType) return null
      return { bytes: new Uint8Array(await response.arrayBuffer()), mediaType }
    },
    async put(key, { bytes, mediaType }) {
      const headers = { 'content-type': mediaType, 'cache-control': cacheControl }
      await (await open()).put(addressOf(key), new Response(bytes, { headers }))
    },
  }
}

/** Returns an address that serves as a key only. */
function addressOf({ host, name, etag }: PictureKey): string {
  return `https://${host}/pictures/${encodeURIComponent(name)}/${encodeURIComponent(etag)}`
}
