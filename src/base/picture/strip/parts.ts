/** Shared parts of the strippers of all three formats. */
import { PublisherError } from '../../errors.ts'
import { type Input, joined, type Reading, type Step } from '../input.ts'

/** Upper bound on the kept part of a header. A colour profile takes most of it. */
const maxHeaderBytes = 4 * 2 ** 20

/** Consumes and returns exactly `count` bytes. Throws `photo_unreadable` if the file ends first. */
export function* take(input: Input, count: number): Reading<Uint8Array> {
  const bytes = yield* input.peek(count)
  if (bytes.length < count) throw broken()
  input.consume(count)
  return bytes.subarray(0, count)
}

/** Copies `count` bytes as they arrive. Throws `photo_unreadable` if the file ends first. */
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

/** Collects a header before any output, so that a file truncated in its header causes an error and not a partial picture. */
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

/** Creates the error for a file that has no clean copy. */
export function broken(): PublisherError {
  return new PublisherError(
    'photo_unreadable',
    'This file is damaged, or it is not a JPEG, PNG or WebP photo.',
  )
}
