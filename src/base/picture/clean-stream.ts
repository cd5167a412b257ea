/** Streams the clean copy of a picture. Holds about 100 KB of the picture at a time, and at most 4 MB of its header. */
import { PublisherError } from '../errors.ts'
import { type CreditBlocks, creditBlocks } from '../metadata/credit.ts'
import type { Credit } from '../metadata/photographer.ts'
import { type PictureType, pictureType, stripperOf } from './clean.ts'
import { createInput, type Input, joined, type Step } from './input.ts'
import { webpOrientation } from './strip/webp.ts'

export interface CleanStream {
  /** Type by content, not by name. */
  mediaType: PictureType
  /** Errors with `photo_unreadable` if the picture is damaged, or with the error of its source. */
  body: ReadableStream<Uint8Array>
}

/** A picture that can be read more than once. */
export interface PictureSource {
  open(): Promise<ReadableStream<Uint8Array>>
  /** Bytes. */
  size: number
}

/** Minimum size of an output chunk, except for the last. */
const chunkBytes = 32_768

/**
 * Opens the copy, with the credit if there is any. Reads the source once, but a WebP with EXIF twice, because its orientation follows the
 * pixels. Resolves after the first chunk is ready, so that a file that is not a picture throws instead of starting a stream.
 *
 * Throws `photo_unreadable`, `storage_unavailable` if the source is shorter than its size, and any error of the source.
 */
export async function openCleanStream(
  source: PictureSource,
  credit: Credit | null = null,
): Promise<CleanStream> {
  const blocks = creditBlocks(credit)
  const first = await openSource(source)
  let type: PictureType
  let orientation: number
  try {
    type = pictureType(await first.run(begin))
    orientation = type === 'image/webp' ? await first.run(webpOrientation) : 1
    if (!first.hasConsumed())
      return { mediaType: type, body: await copy(first, { type, orientation, blocks }) }
  } catch (error) {
    await first.cancel(error)
    throw error
  }
  await first.cancel()
  return { mediaType: type, body: await copy(await openSource(source), { type, orientation, blocks }) }
}

function* begin(input: Input): Generator<undefined, Uint8Array> {
  return yield* input.peek(12)
}

interface OpenSource {
  /** Runs a parser that produces no output. */
  run<T>(parser: (input: Input) => Generator<undefined, T>): Promise<T>
  input: Input
  /** Pushes the next chunk, or ends the input. */
  feed(): Promise<void>
  hasConsumed(): boolean
  cancel(reason?: unknown): Promise<void>
}

async function openSource({ open, size }: PictureSource): Promise<OpenSource> {
  const reader = (await open()).getReader()
  const input = createInput()
  let received = 0
  async function feed(): Promise<void> {
    const { done, value } = await reader.read()
    if (value) {
      received += value.length
      return input.push(value)
    }
    if (done && received < size) throw brokenOff()
    input.end()
  }
  return {
    input,
    feed,
    async run(parser) {
      const running = parser(input)
      for (;;) {
        const step = running.next()
        if (step.done) return step.value
        await feed()
      }
    },
    hasConsumed: () => input.position > 0,
    cancel: (reason) => reader.cancel(reason).catch(() => undefined),
  }
}

async function copy(
  source: OpenSource,
  { type, orientation, blocks }: { type: PictureType; orientation: number; blocks: CreditBlocks | null },
): Promise<ReadableStream<Uint8Array>> {
  const running = stripperOf(type, orientation, blocks)(source.input)
  let next: Uint8Array | null
  try {
    next = await nextChunk(source, running)
  } catch (error) {
    await source.cancel(error)
    throw error
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const chunk = next ?? (await nextChunk(source, running))
          next = null
          if (chunk.length > 0) return controller.enqueue(chunk)
          controller.close()
          // Do not transfer bytes after the picture.
          await source.cancel()
        } catch (error) {
          controller.error(error)
          await source.cancel(error)
        }
      },
      cancel: (reason) => source.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

/** Returns the next chunk of output; empty at the end. */
async function nextChunk(source: OpenSource, running: Generator<Step, boolean>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  while (length < chunkBytes) {
    const step = running.next()
    if (step.done) break
    if (step.value === undefined) await source.feed()
    else if (step.value.length > 0) {
      pieces.push(step.value)
      length += step.value.length
    }
  }
  return joined(pieces, length)
}

function brokenOff(): PublisherError {
  return new PublisherError(
    'storage_unavailable',
    'The storage sent only part of the photo. Please try again shortly.',
    {
      isOutage: true,
    },
  )
}
