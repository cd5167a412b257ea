/** A store with one photo, real sharp, and counters: what the tests of thumbnails play in. */
import { PublisherError } from '../../src/errors.ts'
import { createSharpReducer } from '../../src/providers/images/sharp.ts'
import { type PhotoName, parsePhotoName } from '../../src/workflow/photo.ts'
import type { ImageReducer } from '../../src/workflow/ports/images.ts'
import type { NativeThumbnail, PhotoEntry, PhotoStore } from '../../src/workflow/ports/storage.ts'
import { createThumbnailCache, createThumbnailMemory } from '../../src/workflow/thumbnail/memory.ts'
import { makeThumbnail, type ThumbnailRequest } from '../../src/workflow/thumbnail.ts'
import { sourceOf, tellTale } from '../images/pictures.ts'

export const name = parsePhotoName('dusk.jpg')
const sharpReducer = createSharpReducer()

export interface Held {
  bytes: Uint8Array
  contentHash: string
}

/** A store of a few photos that counts what is asked of it. */
export function storeOf(photos: Record<string, Held>, native?: () => NativeThumbnail | null) {
  const calls = { stat: 0, read: 0, thumbnail: 0, cancelled: 0 }
  const unused = () => Promise.reject(new Error('not part of this test'))
  const entryOf = (photo: PhotoName): PhotoEntry | null => {
    const held = photos[photo]
    if (!held) return null
    return { name: photo, size: held.bytes.length, modifiedAt: new Date(0), contentHash: held.contentHash }
  }
  const store: PhotoStore = {
    provider: 'test',
    async stat(_, photo) {
      calls.stat++
      return entryOf(photo)
    },
    async read(_, photo) {
      calls.read++
      const entry = entryOf(photo)
      const held = photos[photo]
      if (!entry || !held) throw new PublisherError('photo_not_found', 'gone')
      const { body } = sourceOf(held.bytes)
      const reader = body.getReader()
      const counted = new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            const { done, value } = await reader.read()
            if (done) controller.close()
            else controller.enqueue(value)
          },
          cancel() {
            calls.cancelled++
          },
        },
        { highWaterMark: 0 },
      )
      return { entry, body: counted }
    },
    ...(native && {
      thumbnail: async () => {
        calls.thumbnail++
        return native()
      },
    }),
    list: unused,
    temporaryLink: unused,
    upload: unused,
    move: unused,
    delete: unused,
    readSidecar: unused,
    writeSidecar: unused,
    createRecord: unused,
    readRecord: unused,
    listRecords: unused,
    replaceRecord: unused,
    deleteRecord: unused,
    canCreateAtomically: unused,
  }
  return { store, calls }
}

/** A reducer that counts and passes on. */
function counting(inner: ImageReducer = sharpReducer) {
  const owners: string[] = []
  const images: ImageReducer = {
    reduce(source, box, mediaType, owner) {
      owners.push(owner)
      return inner.reduce(source, box, mediaType, owner)
    },
  }
  return { images, owners }
}

export const memoryFor = (identity = 'alice 1', cache = createThumbnailCache()) =>
  createThumbnailMemory({ cache, identity })

export const photo = await tellTale(1200, 900).jpeg().toBuffer()

export function scene(
  photos: Record<string, Held> = { [name]: { bytes: photo, contentHash: 'one' } },
  native?: () => NativeThumbnail | null,
) {
  const { store, calls } = storeOf(photos, native)
  const { images, owners } = counting()
  const tools = { store, images, memory: memoryFor(), owner: 'alice' }
  const ask = (request: Partial<ThumbnailRequest> = {}) =>
    makeThumbnail(tools, { folder: 'root', name, ...request })
  return { ask, tools, calls, owners, photos }
}

export async function made(result: ReturnType<ReturnType<typeof scene>['ask']>) {
  const thumbnail = await result
  if (thumbnail.status !== 'ok') throw new Error('expected a thumbnail')
  return thumbnail
}
