/** Uploads (Mastodon API, "media"). */
import sharp from 'sharp'
import { invalid, notFound, Refusal } from './answers.ts'
import { describeMedia, type KnownAccount, type MastodonMedia, type MastodonState } from './posts.ts'

const accepted = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp'])

/** Stores an upload and answers 200, or 202 while it is still processed. Throws {@link Refusal}. */
export async function upload(
  state: MastodonState,
  account: KnownAccount,
  form: FormData,
  version: 'v1' | 'v2',
): Promise<Response> {
  const file = form.get('file')
  // A part without a file name is a text field.
  if (file === null || typeof file === 'string') throw invalid("File can't be blank")
  const description = form.get('description')
  const media = await storedFile(state, account, file, typeof description === 'string' ? description : null)
  // The first version of the call answers when the upload is processed.
  if (version === 'v1') media.pollsLeft = 0
  state.media.set(media.id, media)
  const isReady = media.pollsLeft === 0 && state.flavour.uploaded === 200
  const status = version === 'v2' && !isReady ? 202 : 200
  return Response.json(describeMedia(state, media, status === 200), { status })
}

async function storedFile(
  state: MastodonState,
  account: KnownAccount,
  file: File,
  description: string | null,
): Promise<MastodonMedia> {
  const { imageBytes, imagePixels, description: maxDescription } = state.limits
  if (!accepted.has(file.type)) throw invalid('File content type is invalid, File is invalid')
  if (file.size > imageBytes) throw invalid(`File file size must be less than ${imageBytes} bytes`)
  if (description !== null && [...description].length > maxDescription) {
    throw invalid(`Description is too long (maximum is ${maxDescription} characters)`)
  }
  const bytes = new Uint8Array(await file.arrayBuffer())
  const { width, height, format } = await sharp(bytes)
    .metadata()
    .catch(() => {
      throw invalid('File content type is invalid, File is invalid')
    })
  if (width * height > imagePixels) throw new Refusal(422, `${width}x${height} images are not supported`)
  return {
    id: state.nextId(),
    owner: account.id,
    bytes,
    filename: file.name,
    mediaType: `image/${format}`,
    width,
    height,
    description,
    pollsLeft: state.processingPolls,
    statusId: null,
  }
}

/** Answers 206 while the upload is processed, then 200. Counts as a poll. */
export function uploadState(state: MastodonState, account: KnownAccount, id: string): Response {
  const media = state.media.get(id)
  if (media?.owner !== account.id || media.statusId !== null) throw notFound()
  if (media.pollsLeft === 0) return Response.json(describeMedia(state, media))
  media.pollsLeft -= 1
  return Response.json(describeMedia(state, media, false), { status: 206 })
}

/** Changes the alt text of an upload. Only Pixelfed does so when the upload is part of a post. */
export function describeUpload(
  state: MastodonState,
  account: KnownAccount,
  id: string,
  description: string | undefined,
): Response {
  const media = state.media.get(id)
  const isFree = media?.statusId === null || state.flavour.describesPosted
  if (media?.owner !== account.id || !isFree) throw notFound()
  if (description !== undefined) media.description = description
  return Response.json(describeMedia(state, media))
}
