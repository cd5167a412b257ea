/** Routes below `/upload`: small files in one request, and sessions for large files. */
import { randomBytes } from 'node:crypto'
import { itemFor } from './access.ts'
import { assertSpace, type Caller, type DriveState, remember, type UploadSession } from './account.ts'
import { assertUsableId, createItem, parentOf, updateItem } from './changes.ts'
import { contentInMemory } from './content.ts'
import type { DriveItem } from './items.ts'
import { type CreateMetadata, parseCreate, parseJson, parseUpdate } from './metadata.ts'
import { parseRelated } from './multipart.ts'
import { badRequest, invalidValue, Refusal } from './refusals.ts'
import { fileAnswer } from './resource.ts'

const maxMultipartBytes = 5 * 1024 * 1024
const chunkUnit = 256 * 1024

/** Routes `uploadType=multipart` and `uploadType=media`, for a new file or for new bytes of a file. */
export async function uploadAtOnce(
  fileId: string | undefined,
  request: Request,
  caller: Caller,
): Promise<Response> {
  const type = request.headers.get('content-type') ?? ''
  const body = new Uint8Array(await request.arrayBuffer())
  if (body.length > maxMultipartBytes + chunkUnit)
    throw new Refusal(413, 'uploadTooLarge', 'The upload is too large. Use a resumable upload.')
  const isMedia = caller.url.searchParams.get('uploadType') === 'media'
  const { metadata, media, mediaType } = isMedia
    ? { metadata: '', media: body, mediaType: type }
    : parseRelated(type, body)
  if (media.length > maxMultipartBytes)
    throw new Refusal(413, 'uploadTooLarge', 'The upload is too large. Use a resumable upload.')
  return fileAnswer(store(fileId, parseJson(metadata), mediaType, media, caller), caller)
}

function store(
  fileId: string | undefined,
  metadata: unknown,
  mediaType: string | undefined,
  bytes: Uint8Array,
  caller: Caller,
  parameters?: URLSearchParams,
): DriveItem {
  const content = contentInMemory(bytes)
  if (fileId !== undefined)
    return updateItem(itemFor(fileId, caller, 'writer'), parseUpdate(metadata), content, caller, parameters)
  const create = parseCreate(metadata)
  return createItem(create, create.mimeType ?? mediaType ?? 'application/octet-stream', content, caller)
}

/** Starts a session. The address of the session is a secret of its own: later requests need no token. */
export async function startSession(
  fileId: string | undefined,
  request: Request,
  caller: Caller,
): Promise<Response> {
  const { state, grant, url } = caller
  const text = await request.text()
  const type = request.headers.get('content-type') ?? ''
  if (text !== '' && !type.startsWith('application/json'))
    throw badRequest(`Unsupported content with type: ${type}`)
  const metadata = parseJson(text)
  const declared = request.headers.get('x-upload-content-length')
  const expectedSize = declared === null ? undefined : Number(declared)
  if (expectedSize !== undefined && !Number.isInteger(expectedSize))
    throw invalidValue('X-Upload-Content-Length')
  if (fileId === undefined) assertCreatable(parseCreate(metadata), expectedSize ?? 0, caller)
  else {
    parseUpdate(metadata)
    itemFor(fileId, caller, 'writer')
  }
  const upload_id = randomBytes(48).toString('base64url')
  const session: UploadSession = {
    grant,
    fileId,
    metadata: typeof metadata === 'object' ? { ...metadata } : {},
    mediaType: request.headers.get('x-upload-content-type') ?? undefined,
    parameters: new URLSearchParams(url.search),
    expectedSize,
    pieces: [],
    received: 0,
    expiresAt: state.settings.now() + state.settings.uploadSessionMs,
    done: undefined,
  }
  remember(state.sessions, upload_id, session, 100)
  const location = new URL(url)
  location.searchParams.set('upload_id', upload_id)
  return new Response(null, { headers: { location: location.href, 'x-guploader-uploadid': upload_id } })
}

function assertCreatable(metadata: CreateMetadata, size: number, caller: Caller): void {
  assertUsableId(metadata.id, caller)
  const parent = parentOf(metadata, caller)
  assertSpace(caller.state, parent.driveId === undefined ? caller.grant.account.email : undefined, size)
}

interface ContentRange {
  /** Position of the first byte; `undefined` asks how much has arrived. */
  start: number | undefined
  end: number
  total: number | undefined
}

/** Takes a piece of a session, or says how much has arrived. */
export async function continueSession(request: Request, url: URL, state: DriveState): Promise<Response> {
  const session = state.sessions.get(url.searchParams.get('upload_id') ?? '')
  if (!session || session.expiresAt <= state.settings.now())
    throw new Refusal(404, 'notFound', 'The upload session does not exist.')
  const body = new Uint8Array(await request.arrayBuffer())
  const caller: Caller = { state, grant: session.grant, url }
  if (session.done !== undefined) return finished(session, caller)
  const range = rangeOf(request.headers.get('content-range'), body.length)
  const total = range.total ?? session.expectedSize
  if (session.expectedSize !== undefined && range.total !== undefined && range.total !== session.expectedSize)
    throw badRequest('The total size differs from X-Upload-Content-Length.')
  if (range.start !== undefined) takePiece(session, body, range)
  if (total === undefined || session.received < total) return incomplete(session)
  const bytes = new Uint8Array(
    await new Blob(session.pieces.map((piece) => new Uint8Array(piece))).arrayBuffer(),
  )
  const item = store(session.fileId, session.metadata, session.mediaType, bytes, caller, session.parameters)
  session.done = item.id
  session.pieces = []
  return finished(session, caller)
}

function takePiece(session: UploadSession, body: Uint8Array, { start, end, total }: ContentRange): void {
  if (end - (start ?? 0) + 1 !== body.length)
    throw badRequest('The length of the body differs from Content-Range.')
  // Google keeps what it has: a client that lost an answer must ask first.
  if (start !== session.received) throw badRequest(`Invalid request. The next byte is ${session.received}.`)
  if (total !== undefined && end >= total) throw badRequest('Content-Range exceeds the total size.')
  const isLast = total !== undefined && end + 1 === total
  if (!isLast && body.length % chunkUnit !== 0)
    throw badRequest('The number of bytes must be a multiple of 262144 except for the last chunk.')
  session.pieces.push(body)
  session.received += body.length
}

function rangeOf(header: string | null, length: number): ContentRange {
  if (header === null) return { start: 0, end: length - 1, total: length }
  const [, start, end, total, asked] = /^bytes (?:(\d+)-(\d+)\/(\d+|\*)|\*\/(\d+|\*))$/.exec(header) ?? []
  const size = (text: string) => (text === '*' ? undefined : Number(text))
  if (asked !== undefined) return { start: undefined, end: -1, total: size(asked) }
  if (start === undefined || end === undefined || total === undefined)
    throw badRequest('Failed to parse Content-Range header.')
  return { start: Number(start), end: Number(end), total: size(total) }
}

function incomplete({ received }: UploadSession): Response {
  const headers: Record<string, string> = received > 0 ? { range: `bytes=0-${received - 1}` } : {}
  return new Response(null, { status: 308, headers })
}

function finished(session: UploadSession, caller: Caller): Promise<Response> {
  const url = new URL(caller.url)
  url.search = session.parameters.toString()
  return fileAnswer(itemFor(session.done ?? '', { ...caller, url }), caller, session.parameters)
}
