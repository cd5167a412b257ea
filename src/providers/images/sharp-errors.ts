/** Errors of pictures that libvips cannot open, or not in time. */
import { PublisherError } from '../../base/errors.ts'

/** Runs work on a picture. Throws `photo_unreadable` where that fails, and `busy` where libvips gave up by its own clock. */
export async function orUnreadable<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('timeout')) throw tooSlow(error)
    throw unreadable(error)
  }
}

/** Error for bytes that are no picture, or a damaged one. */
export function unreadable(cause: unknown): PublisherError {
  const message = 'This file is damaged, or it is no JPEG, PNG or WebP photo.'
  return new PublisherError('photo_unreadable', message, { cause })
}

/** Error for a picture whose decoding did not end in time. */
export function tooSlow(cause: Error): PublisherError {
  return new PublisherError('busy', 'Opening this photo took too long. Try again later.', {
    cause,
    retryAfterMs: 30_000,
  })
}
