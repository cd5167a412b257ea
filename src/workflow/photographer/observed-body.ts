/** Reads what a photo says about itself while its bytes pass. */
import { createMetadataReader, type EmbeddedBlocks } from '../../base/metadata/embedded.ts'

/** Passes a photo on. Calls `onFound` once when the metadata has passed; never for a photo that ends early or fails. */
export function observedBody(
  body: ReadableStream<Uint8Array>,
  size: number,
  onFound: (blocks: EmbeddedBlocks) => void,
): ReadableStream<Uint8Array> {
  const metadata = createMetadataReader()
  let isOver = false
  let received = 0
  const report = () => {
    if (isOver || !metadata.isDone()) return
    isOver = true
    const blocks = metadata.blocks()
    if (blocks) onFound(blocks)
  }
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        reader ??= body.getReader()
        const { done, value } = await reader.read()
        if (done) {
          if (received === size) metadata.end()
          report()
          return controller.close()
        }
        received += value.length
        // The next reader may take the buffer of the chunk, so the metadata is read first.
        if (!isOver) metadata.push(value)
        report()
        controller.enqueue(value)
      },
      cancel: (reason) => (reader ?? body).cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

/** Reads a photo up to the end of its metadata. Returns `null` for a photo that ends early. Throws the errors of the stream. */
export async function readBlocks(
  body: ReadableStream<Uint8Array>,
  size: number,
): Promise<EmbeddedBlocks | null> {
  let found: EmbeddedBlocks | null = null
  const reader = observedBody(body, size, (blocks) => {
    found = blocks
  }).getReader()
  while (found === null && !(await reader.read()).done);
  await reader.cancel()
  return found
}

/** Reads the metadata of a photo in memory. */
export function blocksIn(chunks: readonly Uint8Array[]): EmbeddedBlocks | null {
  const metadata = createMetadataReader()
  for (const chunk of chunks) {
    if (metadata.isDone()) break
    metadata.push(chunk)
  }
  if (!metadata.isDone()) metadata.end()
  return metadata.blocks() ?? null
}
