/** The clean copy of a picture as a stream. Holds some 100 KB of the picture at a time, and 4 MB of its header at most. */
import { PublisherError } from '../errors.ts'
import { type PictureType, pictureType, stripperOf } from './clean.ts'
import { createInput, type Input, joined, type Step } from './input.ts'
import { webpOrientation } from './strip/webp.ts'

export interface CleanStream {
  /** Type of the content, not of the name. */
  mediaType: PictureType
  /** Errors with `photo_unreadable` where the picture turns out to be damaged, and with what its source fails with. */
  body: ReadableStream<Uint8Array>
}

/** A picture that can be read more than once. */
export interface PictureSource {
  open(): Promise<ReadableStream<Uint8Array>>
  /** Bytes. */
  size: number
}

/** Pieces of output are handed on in chunks of at least so many bytes. */
const chunkBytes = 32_768

/**
 * Opens the copy. The source is read once, a WebP with EXIF twice: its orientation stands behind the pixels. The first piece is made
 * before this resolves, so that a file which is no picture is an error and not the beginning of a stream.
 *
 * Throws `photo_unreadable`, `storage_unavailable` for a source shorter than its size, and what the source fails with.
 */
export async function openCleanStream(source: PictureSource): Promise<CleanStream> {
  const first = await openSource(source)
  let type: PictureType
  let orientation: number
  try {
    type = pictureType(await first.run(begin))
    orientation = type === 'image/webp' ? await first.run(webpOrientation) : 1
    if (!first.hasConsumed()) return { mediaType: type, body: await copy(first, type, orientation) }
  } catch (error) {
    await first.cancel(error)
    throw error
  }
  await first.cancel()
  return { mediaType: type, body: await copy(await openSource(source), type, orientation) }
}

function* begin(input: Input): Generator<undefined, Uint8Array> {
  return yield* input.peek(12)
}

interface OpenSource {
  /** Runs a parser that writes nothing. */
  run<T>(parser: (input: Input) => Generator<undefined, T>): Promise<T>
  input: Input
  /** Pushes the next chunk, or the end. */
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
  type: PictureType,
  orientation: number,
): Promise<ReadableStream<Uint8Array>> {
  const running = stripperOf(type, orientation)(source.input)
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
          // Bytes behind the picture are not worth their transfer.
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

/** The next piece of output; empty at the end. */
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
    'The photo broke off half-way. Please try again shortly.',
    {
      isOutage: true,
    },
  )
}
