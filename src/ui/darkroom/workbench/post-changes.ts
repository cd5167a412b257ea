/** Changes of posts that are out: taking them back, and correcting their captions. */
import type { Folder } from '../../../ports/photo.ts'
import type { Gallery } from '../../gallery/gallery.ts'
import type { Photo, Publication } from '../../gallery/gallery-api.ts'
import { adminApi, type ChangedPosts, type ChannelName, type Result } from '../admin-api.ts'
import type { DeskStore } from './desk-state.ts'
import { type ByPlatform, isHeldUp, type PostChange } from './draft.ts'

export interface PostChanges {
  /** Takes posts back. `folder` is the folder that shows the photo. Resolves with a result for each channel. */
  retract(photo: Photo, folder: Folder, channels: readonly ChannelName[]): Promise<ByPlatform<PostChange>>
  /** Changes the caption of a post. */
  correct(
    photo: Photo,
    folder: Folder,
    channel: ChannelName,
    caption: string,
  ): Promise<ByPlatform<PostChange>>
}

export function createPostChanges(gallery: Gallery, { draftOf, change }: DeskStore): PostChanges {
  async function run(
    { photo, folder, channels }: { photo: Photo; folder: Folder; channels: readonly ChannelName[] },
    kind: PostChange['kind'],
    ask: (name: string) => Promise<Result<ChangedPosts>>,
  ): Promise<ByPlatform<PostChange>> {
    const { archivedAs } = draftOf(photo)
    if (isHeldUp(draftOf(photo))) return {}
    const name = archivedAs ?? photo.filename
    change(photo, { work: { kind, stages: [] }, failure: null, changes: {} })
    const result = await ask(name)
    const found = await adminApi.photo(name, { folder: archivedAs === null ? folder : 'archive' })
    const changes = Object.fromEntries(channels.map((channel) => [channel, changeOf(kind, result, channel)]))
    const isGone = (channel: ChannelName) => kind === 'retract' && changes[channel]?.success === true
    const known = 'value' in found ? found.value : photo
    const publications = known.publications?.map((each) => (isGone(each.platform) ? retracted(each) : each))
    gallery.learn(
      photo.filename,
      { ...(publications && { publications }), ...(known.captions && { captions: known.captions }) },
      folder,
    )
    // The ledger knows the change, so the page drops what it remembers of the post.
    const left = Object.entries(draftOf(photo).outcomes).filter(([channel]) => !isGone(channel))
    change(photo, { work: null, previews: {}, outcomes: Object.fromEntries(left), changes })
    return changes
  }

  return {
    retract: (photo, folder, channels) =>
      run({ photo, folder, channels }, 'retract', (name) => adminApi.retract(name, channels)),
    correct: (photo, folder, channel, caption) =>
      run({ photo, folder, channels: [channel] }, 'correct', (name) =>
        adminApi.correct(name, channel, caption),
      ),
  }
}

function changeOf(kind: PostChange['kind'], result: Result<ChangedPosts>, channel: ChannelName): PostChange {
  if ('problem' in result) return { kind, success: false, problem: result.problem }
  const { success, skipped, error } = result.value.results[channel] ?? {}
  const isDone = success === true || (kind === 'retract' && skipped === 'retracted')
  return { kind, success: isDone, ...(error && { error }) }
}

/** Marks a publication as taken back, if the server has not done so. */
function retracted(publication: Publication): Publication {
  if (publication.status === 'retracted') return publication
  return { ...publication, status: 'retracted', at: new Date().toISOString(), post_url: null }
}
