/** Parser of `multipart/related` bodies: metadata as JSON, then the bytes (RFC 2387). */
import { badRequest } from './refusals.ts'

export interface RelatedParts {
  metadata: string
  mediaType: string
  media: Uint8Array<ArrayBuffer>
}

const malformed = () => badRequest('Malformed multipart body.')

/** Parses the two parts. Throws Google's 400, also for `multipart/form-data`. */
export function parseRelated(contentType: string, body: Uint8Array<ArrayBuffer>): RelatedParts {
  const boundary = boundaryOf(contentType)
  const parts = partsOf(body, boundary)
  const [first, second] = parts
  if (!first || !second || parts.length !== 2) throw malformed()
  const metadata = splitPart(first)
  const media = splitPart(second)
  if (!metadata.type.startsWith('application/json')) throw malformed()
  return { metadata: new TextDecoder().decode(metadata.bytes), mediaType: media.type, media: media.bytes }
}

function boundaryOf(contentType: string): string {
  if (!/^multipart\/related\s*;/i.test(contentType)) throw malformed()
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType)
  const text = boundary?.[1] ?? boundary?.[2]
  if (text === undefined || text.length > 70) throw malformed()
  return text
}

function partsOf(body: Uint8Array<ArrayBuffer>, boundary: string): Uint8Array<ArrayBuffer>[] {
  // Latin 1 keeps one character for each byte, so positions in the text are positions in the body.
  const text = Buffer.from(body).toString('latin1')
  const delimiter = `--${boundary}`
  if (!text.startsWith(delimiter)) throw malformed()
  const parts: Uint8Array<ArrayBuffer>[] = []
  let start = delimiter.length
  for (;;) {
    if (text.startsWith('--', start)) return parts
    if (!text.startsWith('\r\n', start)) throw malformed()
    const end = text.indexOf(`\r\n${delimiter}`, start)
    if (end < 0) throw malformed()
    parts.push(body.slice(start + 2, end))
    start = end + 2 + delimiter.length
  }
}

function splitPart(part: Uint8Array<ArrayBuffer>): { type: string; bytes: Uint8Array<ArrayBuffer> } {
  const end = Buffer.from(part).indexOf('\r\n\r\n')
  if (end < 0) throw malformed()
  const head = new TextDecoder().decode(part.subarray(0, end))
  const type = /^content-type:(.+)$/im.exec(head)?.[1]?.trim()
  return { type: type ?? 'application/octet-stream', bytes: part.slice(end + 4) }
}
