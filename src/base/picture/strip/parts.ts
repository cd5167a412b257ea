/** Parts that the strippers of all three formats share. */
import { PublisherError } from '../../errors.ts'
import { type Input, joined, type Reading, type Step } from '../input.ts'

/** Upper bound on what is kept of a header, a colour profile above all. Bytes. */
const maxHeaderBytes = 4 * 2 ** 20

/** Gives exactly `count` bytes, consumed. Throws `photo_unreadable` where the file ends before. */
export function* take(input: Input, count: number): Reading<Uint8Array> {
  const bytes = yield* input.peek(count)
  if (bytes.length < count) throw broken()
  input.consume(count)
  return bytes.subarray(0, count)
}

/** Copies `count` bytes as they arrive. Throws `photo_unreadable` where the file ends before. */
export function* pass(input: Input, count: number): Generator<Step, void> {
  let left = count
  while (left > 0) {
    const bytes = yield* input.peek(1)
    if (bytes.length === 0) throw broken()
    const part = bytes.subarray(0, left)
    yield part
    input.consume(part.length)
    left -= part.length
  }
}

/** Collects a header, so that a file that breaks off in it gives an error and not the beginning of a picture. */
export interface Header {
  /** Throws `photo_unreadable` beyond 4 MB. */
  add(piece: Uint8Array): void
  close(): Uint8Array
}

export function createHeader(): Header {
  const pieces: Uint8Array[] = []
  let length = 0
  return {
    add(piece) {
      length += piece.length
      if (length > maxHeaderBytes) throw broken()
      pieces.push(piece)
    },
    close: () => joined(pieces, length),
  }
}

/** Error for a file of which no clean copy can be made. */
export function broken(): PublisherError {
  return new PublisherError(
    'photo_unreadable',
    'This file is damaged, or it is not a JPEG, PNG or WebP photo.',
  )
}
