/** Publishing an archived photo again to platforms where it failed. */
import type { Gallery } from '../../gallery/gallery.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { adminApi, type ChannelName, ofContent } from '../admin-api.ts'
import type { DeskStore } from './desk-state.ts'
import { type ByPlatform, isHeldUp } from './draft.ts'
import { headlineOf, isSendable, needsPerson, standingOf, withResults } from './standing.ts'
import type { UndoOf } from './undo.ts'

export interface Repetition {
  platforms: readonly ChannelName[]
  /** Typed captions. A missing platform gets its saved caption. */
  captions?: ByPlatform<string>
  /** Publishes although the platform may have the photo, after an admin confirmed that it does not. */
  force?: boolean
}

/** Creates the function that publishes an archived photo. The photo stays in the archive. */
export function createRepublish(gallery: Gallery, { draftOf, change, tell }: DeskStore, undoOf: UndoOf) {
  return async function republish(photo: Photo, repetition: Repetition): Promise<void> {
    if (isHeldUp(draftOf(photo))) return
    const { filename } = photo
    const { platforms, captions = {}, force = false } = repetition
    const reached = (stages: NonNullable<ReturnType<typeof draftOf>['work']>['stages']) =>
      change(photo, { work: { kind: 'publish', stages }, failure: null })
    reached([])
    const request = { ...ofContent(photo), platforms, captions, force }
    const result = await adminApi.publish(filename, request, (stage) =>
      reached([...(draftOf(photo).work?.stages ?? []), stage]),
    )
    // The server's ledger has this attempt and all earlier attempts.
    change(photo, { work: null, outcomes: {}, previews: {} })
    const retry = (again: Repetition) => () => void republish(photo, again)
    if ('problem' in result) {
      return tell({ text: 'failed', photo: filename, problem: result.problem, retry: retry(repetition) })
    }
    const { results } = result.value
    const found = await adminApi.photo(filename, { folder: 'archive' })
    gallery.learn(
      filename,
      'value' in found ? found.value : { publications: withResults(photo, results) },
      'archive',
    )
    const outcomes = { outcomes: results, previews: {} }
    const left = platforms.filter((platform) => isSendable(standingOf(outcomes, photo, platform)))
    const isFailure = needsPerson(results)
    tell({
      text: isFailure ? 'notEverywhere' : 'published',
      says: headlineOf(results),
      photo: filename,
      isFailure,
      ...undoOf(photo, 'archive', results),
      ...(left.length > 0 && { retry: retry({ platforms: left, captions }) }),
    })
  }
}

export type Republish = ReturnType<typeof createRepublish>
