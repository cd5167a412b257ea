/** The original of a photo as a source of reduced pictures. */
import { isPublisherError, PublisherError } from '../../base/errors.ts'
import type { PictureSource } from '../../ports/images.ts'
import type { Folder } from '../../ports/photo.ts'
import type { PhotoEntry, PhotoStore } from '../../ports/storage.ts'
import { createFactsReader, type FactsReader } from '../picture-facts.ts'

/** Original that reads the photo's facts while its bytes pass. */
export interface Original extends PictureSource {
  facts: FactsReader['facts']
}

/** Opens the original only when the reducer begins to read, so that a queued job holds no connection. */
export function originalOf(store: PhotoStore, folder: Folder, entry: PhotoEntry): Original {
  const reading = createFactsReader()
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  let isCancelled = false
  const open = async () => {
    const content = await store.read(folder, entry.name)
    if (content.entry.contentHash === entry.contentHash) return content.body.getReader()
    // The entity tag belongs to the replaced photo, so caches would keep the new picture under a wrong tag.
    await content.body.cancel()
    throw photoReplaced()
  }
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        reader ??= await open()
        // The stream was cancelled while the original was being opened.
        if (isCancelled) return reader.cancel()
        const { done, value } = await reader.read()
        if (isCancelled) return
        if (done) return controller.close()
        // The reducer may take the buffer of the chunk, so the header is read first.
        reading.push(value)
        controller.enqueue(value)
      },
      async cancel(reason) {
        isCancelled = true
        await reader?.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return { body, size: entry.size, facts: reading.facts }
}

const replaced = 'the photo was replaced since it was looked up'

function photoReplaced(): PublisherError {
  return new PublisherError('busy', 'This photo has just been replaced. Try again.', {
    retryAfterMs: 1000,
    cause: replaced,
  })
}

/** Checks if a thumbnail failed because the photo was replaced, so that it succeeds once the photo is looked up anew. */
export function isReplaced(error: unknown): boolean {
  return isPublisherError(error) && error.cause === replaced
}
