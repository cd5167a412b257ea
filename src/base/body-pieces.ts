/** Cuts the body of an upload into pieces that can be sent again. */
import { PublisherError } from './errors.ts'

/** Returns the body in pieces of `length` bytes; the last piece may be shorter or empty. Cancels the body if the caller stops early. */
export async function* piecesOf(
  body: ReadableStream<Uint8Array>,
  length: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let piece = new Uint8Array(length)
  let filled = 0
  for await (const chunk of body) {
    for (let rest = chunk; rest.length > 0; ) {
      if (filled === length) {
        yield piece
        piece = new Uint8Array(length)
        filled = 0
      }
      const part = rest.subarray(0, length - filled)
      piece.set(part, filled)
      filled += part.length
      rest = rest.subarray(part.length)
    }
  }
  yield piece.subarray(0, filled)
}

/** Reads a body of exactly `size` bytes. Throws {@link wrongSize} for another length. */
export async function wholeOf(
  body: ReadableStream<Uint8Array>,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let contents = new Uint8Array(0)
  for await (const piece of piecesOf(body, Math.max(1, size))) {
    if (contents.length + piece.length > size) throw wrongSize()
    if (piece.length > 0) contents = piece
  }
  if (contents.length !== size) throw wrongSize()
  return contents
}

/** Creates the error for an upload that is longer or shorter than announced. */
export function wrongSize(): PublisherError {
  return new PublisherError('invalid_request', 'The upload does not have the announced size. Send it again.')
}
