/** Errors for pictures that libvips cannot open in time or at all. */
import { isPublisherError, PublisherError } from '../../base/errors.ts'

/**
 * Runs work on a picture. Throws `busy` when libvips hits its own timeout, and `photo_unreadable` for any other failure. Passes on a
 * {@link PublisherError}.
 */
export async function orUnreadable<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    if (isPublisherError(error)) throw error
    if (error instanceof Error && error.message.startsWith('timeout')) throw tooSlow(error)
    throw unreadable(error)
  }
}

/** Error for bytes that are not a picture, or a damaged picture. */
export function unreadable(cause: unknown): PublisherError {
  const message = 'This file is damaged, or it is not a JPEG, PNG or WebP photo.'
  return new PublisherError('photo_unreadable', message, { cause })
}

/** Error for a picture whose decoding did not end in time. */
export function tooSlow(cause: Error): PublisherError {
  return new PublisherError('busy', 'Opening this photo took too long. Try again later.', {
    cause,
    retryAfterMs: 30_000,
  })
}
