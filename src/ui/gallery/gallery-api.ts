/** API calls for visitors. No call throws: every answer is a photo, a list of names or a problem. */
import type { Rating } from '../../contract/rating.ts'
import type { Photo as AnsweredPhoto } from '../../handlers/routes/images-schemas.ts'
import type { Folder } from '../../ports/photo.ts'
import { photoPath, randomPath, takeFirstPhoto } from '../first-photo.ts'
import { get, getJson } from '../get.ts'
import { isRecord, isTextList, jsonOf, listOf, textOf } from '../json.ts'
import { type ApiProblem, problemOf, problemOfHead, unreached, unreadable } from '../problem.ts'

/**
 * Photo of the API. The content of `metadata` depends on the caller's rights, so each value is checked where it is shown. An older
 * process answers without `version`, `placeholder` and `rating`.
 */
export type Photo = Omit<
  AnsweredPhoto,
  'metadata' | 'version' | 'placeholder' | 'rating' | 'rating_source'
> & {
  metadata: Readonly<Record<string, unknown>> | null
  version?: string
  /** ThumbHash in base64url. */
  placeholder?: string | null
  rating?: Rating
  /** Origin of the rating: an admin, the AI, or the gallery's default. */
  rating_source?: 'person' | 'ai' | 'default'
}

/** Status of a photo on a channel. */
export type Publication = NonNullable<AnsweredPhoto['publications']>[number]
/** Answer to the question if a post can be changed. `remark` and `reason` are sentences for people. */
export type Possibility = NonNullable<Publication['retract']>

/** `count` is the number of photos on the walk. */
export type Answer = { photo: Photo; count?: number } | { problem: ApiProblem }

export interface Names {
  names: string[]
  /** Versions and placeholders of these names, at the same indexes. Values may be missing. */
  versions: readonly unknown[]
  placeholders: readonly unknown[]
  /** Path of the root folder if it does not exist; only for admins. */
  missingFolder: string | null
}

export interface GalleryApi {
  /** Gets the next photo of this visitor's walk. */
  random(): Promise<Answer>
  photo(item: { name: string; folder: Folder }): Promise<Answer>
  /** Lists the names of all photos that visitors see. */
  names(isByDate: boolean): Promise<Names | { problem: ApiProblem }>
  /** Finds out why a picture did not load, because browsers do not report the reason. Resolves with `null` if it loads now. */
  pictureProblem(photo: Photo): Promise<ApiProblem | null>
}

/** Creates the API of the page's own host. */
export function createGalleryApi(): GalleryApi {
  return {
    random: () => getPhoto(randomPath),
    photo: (item) => getPhoto(photoPath(item)),
    async names(isByDate) {
      const answer = await getJson(`/api/images/list${isByDate ? '?sort=last_modified&order=desc' : ''}`)
      if ('problem' in answer) return answer
      const body = isRecord(answer.body) ? answer.body : {}
      return isTextList(body.filenames)
        ? {
            names: body.filenames,
            versions: listOf(body.versions),
            placeholders: listOf(body.placeholders),
            missingFolder: textOf(body.missing_folder),
          }
        : { problem: unreadable }
    },
    pictureProblem: ({ thumbnail_url }) => pictureProblemAt(thumbnail_url),
  }
}

/** Finds out why the picture at this address did not load. Resolves with `null` if it loads now. */
export async function pictureProblemAt(url: string): Promise<ApiProblem | null> {
  const response = await get(url, 'image/*')
  if (!(response instanceof Response)) return response
  if (!response.ok) return problemOf(response)
  await response.body?.cancel()
  return null
}

async function getPhoto(path: string): Promise<Answer> {
  const response = await (takeFirstPhoto(path)?.catch(unreached) ?? get(path, 'application/json'))
  if (!(response instanceof Response)) return { problem: response }
  if (!response.ok) return { problem: await problemOf(response) }
  const body = await jsonOf(response)
  const count = Number(response.headers.get('x-total-count')) || undefined
  if (isPhoto(body)) return { photo: body, ...(count && { count }) }
  return { problem: problemOfHead(response) }
}

/** True if the value has the fields that the page needs to show a photo. */
function isPhoto(value: unknown): value is Photo {
  return (
    isRecord(value) &&
    ['filename', 'temp_url', 'thumbnail_url'].every((field) => typeof value[field] === 'string') &&
    ['caption', 'sd_caption', 'sha256'].every(
      (field) => value[field] === null || typeof value[field] === 'string',
    ) &&
    (value.metadata === null || isRecord(value.metadata))
  )
}
