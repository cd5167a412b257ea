/** Reads one file from a multipart form (RFC 7578), with a limit that holds while it arrives. */
import {
  MaxFileSizeExceededError,
  MaxTotalSizeExceededError,
  MultipartParseError,
  type MultipartPart,
  parseMultipartRequest,
} from '@remix-run/multipart-parser'
import { PublisherError } from '../errors.ts'
import type { ReceivedFile } from '../workflow/library.ts'

/** What a form may hold beside the file: boundaries, headers, other fields. */
export const formOverheadBytes = 64 * 1024
const maxParts = 20

/** Gives the file in `field`. Throws `unsupported_media_type`, `invalid_request` or `photo_too_large`. */
export async function readFile(request: Request, field: string, maxBytes: number): Promise<ReceivedFile> {
  if (!request.headers.get('content-type')?.toLowerCase().startsWith('multipart/form-data')) {
    throw new PublisherError('unsupported_media_type', 'Send the photo as multipart/form-data.')
  }
  const limits = { maxFileSize: maxBytes, maxTotalSize: maxBytes + formOverheadBytes, maxParts }
  const files: MultipartPart[] = []
  try {
    for await (const part of parseMultipartRequest(request, limits)) {
      if (part.name === field && part.isFile) files.push(part)
    }
  } catch (error) {
    throw toPublisherError(error, maxBytes)
  }
  const [file, ...others] = files
  if (!file || others.length > 0) {
    throw new PublisherError('invalid_request', `Send exactly one file, in the field "${field}".`)
  }
  return { filename: file.filename ?? '', chunks: file.content, size: file.size }
}

/** The error for a photo over the limit. */
export function photoTooLarge(maxBytes: number): PublisherError {
  return new PublisherError('photo_too_large', `A photo may have at most ${maxBytes / 2 ** 20} MB.`)
}

function toPublisherError(error: unknown, maxBytes: number): unknown {
  if (error instanceof MaxFileSizeExceededError || error instanceof MaxTotalSizeExceededError) {
    return photoTooLarge(maxBytes)
  }
  if (error instanceof MultipartParseError) {
    return new PublisherError('invalid_request', 'The form cannot be read, or did not arrive whole.', {
      cause: error,
    })
  }
  return error
}
