/** Reads one file from a multipart form (RFC 7578), with a size limit that applies while the file arrives. */
import {
  getMultipartBoundary,
  MaxFileSizeExceededError,
  MaxTotalSizeExceededError,
  type MultipartPart,
  parseMultipartStream,
} from '@remix-run/multipart-parser'
import { isPublisherError, PublisherError } from '../../base/errors.ts'
import type { Portion } from '../../runtime/limits/byte-budget.ts'
import type { ReceivedFile } from '../../workflow/new-photo.ts'
import { arriving, type Pace } from '../arriving-body.ts'

/** Bytes that a form may have besides the file: boundaries, headers, other fields. */
export const formOverheadBytes = 64 * 1024
const maxParts = 20

/** Minimum rate of an upload, low enough for a slow mobile connection. */
const pace: Pace = { graceMs: 10_000, bytesPerSecond: 16_000 }
/** Minimum rate of large uploads while other uploads wait for memory. */
const wanted = { fromBytes: 8 * 2 ** 20, bytesPerSecond: 256_000 }

/**
 * Returns the file in `field`. `memory` accounts for the bytes that have arrived. Throws `unsupported_media_type`, `invalid_request`,
 * `photo_too_large`, `request_too_slow`, or `busy` if no memory is left.
 */
export async function readFile(
  request: Request,
  field: string,
  maxBytes: number,
  memory: Portion,
): Promise<ReceivedFile> {
  const contentType = request.headers.get('content-type') ?? ''
  if (!contentType.toLowerCase().startsWith('multipart/form-data')) {
    throw new PublisherError('unsupported_media_type', 'Send the photo as multipart/form-data.')
  }
  const boundary = getMultipartBoundary(contentType)
  if (!request.body || !boundary) throw unreadable()
  const body = arriving(request.body, {
    pace: () =>
      memory.isWanted && memory.bytes >= wanted.fromBytes
        ? { ...pace, bytesPerSecond: wanted.bytesPerSecond }
        : pace,
    arrived: (bytes) => memory.take(bytes),
    message: 'The photo arrived too slowly. Nothing was stored; try again with a better connection.',
  })
  const limits = { maxFileSize: maxBytes, maxTotalSize: maxBytes + formOverheadBytes, maxParts }
  const files: MultipartPart[] = []
  try {
    for await (const part of parseMultipartStream(body, { boundary, ...limits })) {
      if (part.name === field && part.isFile) files.push(part)
    }
  } catch (error) {
    throw toPublisherError(error, maxBytes)
  }
  const [file, ...others] = files
  if (!file || others.length > 0) {
    throw new PublisherError('invalid_request', `Send exactly one file, in the field "${field}".`)
  }
  return { filename: fileName(file), chunks: file.content, size: file.size }
}

/**
 * Returns the name of the file. Browsers write a quotation mark as `%22` and line breaks as `%0D` and `%0A`. They escape nothing else, so
 * `100%.jpg` stays (HTML standard, "Multipart form data"). The parser has already decoded a name of RFC 5987 (`filename*`).
 */
function fileName({ filename = '', headers }: MultipartPart): string {
  if (headers['content-disposition']?.includes('filename*')) return filename
  return filename.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n')
}

/** Creates the error for a photo over the limit. */
export function photoTooLarge(maxBytes: number): PublisherError {
  return new PublisherError('photo_too_large', `A photo may have at most ${maxBytes / 2 ** 20} MB.`)
}

function toPublisherError(error: unknown, maxBytes: number): unknown {
  if (error instanceof MaxFileSizeExceededError || error instanceof MaxTotalSizeExceededError) {
    return photoTooLarge(maxBytes)
  }
  // The parser also throws for file names that are not UTF-8, and for a client that disconnected.
  return isPublisherError(error) ? error : unreadable(error)
}

function unreadable(cause?: unknown): PublisherError {
  return new PublisherError('invalid_request', 'The upload is incomplete or not a valid form.', { cause })
}
