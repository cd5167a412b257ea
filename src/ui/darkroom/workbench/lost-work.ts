/** Checks the outcome of work whose answer was lost. The server has finished the work, so the page never repeats it. */
import type { Gallery } from '../../gallery/gallery.ts'
import type { Photo, Publication } from '../../gallery/gallery-api.ts'
import { pageProblem } from '../../problem.ts'
import { adminApi, ofContent, type PlatformOutcome, type Published, type Result } from '../admin-api.ts'
import type { DeskStore } from './desk-state.ts'
import type { ByPlatform } from './draft.ts'
import type { Publishing } from './publishing.ts'
import type { Saving } from './saving.ts'
import type { Work } from './work.ts'

export interface LostWorkTools {
  gallery: Gallery
  store: DeskStore
  work: Work
  saving: Saving
  publishing: Publishing
}

/** Problem for work without an outcome so far. */
const pending = pageProblem('answer_pending')

/** `unanswered`: the check itself failed. */
type Finding = 'known' | 'pending' | 'unanswered'

/** Creates the function that checks the outcome of a photo's last failed work. */
export function createCheckAgain({ gallery, store, work, saving, publishing }: LostWorkTools) {
  const { draftOf, change } = store

  /** Gets successes from a dry run, then failures from the ledger, because a dry run does not report failures. */
  async function askAfter(photo: Photo): Promise<Result<Found>> {
    const platforms = store.state.rules.map(({ platform }) => platform)
    const name = draftOf(photo).archivedAs ?? photo.filename
    const tried = await adminApi.preview(name, { ...ofContent(photo), platforms, captions: {} })
    if ('problem' in tried) return tried
    const { filename, archived } = tried.value
    const known = await adminApi.photo(filename, { folder: archived ? 'archive' : 'root' })
    return 'problem' in known
      ? known
      : { value: { ...tried.value, publications: known.value.publications ?? [] } }
  }

  async function checkAfterPublishing(photo: Photo): Promise<Finding> {
    const found = await work.during(photo, 'check', () => askAfter(photo))
    if (!found) return 'unanswered'
    const { publications } = found
    gallery.learn(photo.filename, { publications })
    const { chosen } = draftOf(photo)
    const failed = publications.filter(({ platform }) => chosen[platform] !== false)
    const { outcomes, isUnderWay } = outcomesIn(found, failed)
    change(photo, { outcomes, archivedAs: found.archived ? found.filename : null })
    if (isUnderWay) return 'pending'
    if (Object.keys(outcomes).length > 0 && found.archived) publishing.finish(photo)
    return 'known'
  }

  /** Reloads the photo, which holds the captions if the AI has finished. */
  async function checkAfterWriting(photo: Photo): Promise<Finding> {
    const found = await work.during(photo, 'check', () => adminApi.photo(photo.filename))
    if (!found) return 'unanswered'
    gallery.learn(photo.filename, found)
    saving.settle(photo, found, {})
    if (JSON.stringify([found.captions, found.metadata]) === JSON.stringify([photo.captions, photo.metadata]))
      return 'pending'
    change(photo, { done: 'written' })
    return 'known'
  }

  return async (photo: Photo): Promise<void> => {
    const { failure } = draftOf(photo)
    if (!failure) return
    const finding = await (failure.during === 'publish' ? checkAfterPublishing : checkAfterWriting)(photo)
    if (finding === 'known') return
    // Keeps reporting the original work as failed, even if this check failed.
    const problem = finding === 'pending' ? pending : (draftOf(photo).failure?.problem ?? failure.problem)
    change(photo, { failure: { during: failure.during, problem } })
  }
}

interface Found extends Published {
  publications: Publication[]
}

/** Combines the results. Leaves out platforms to which nothing was sent. */
function outcomesIn(
  { results }: Published,
  publications: readonly Publication[],
): {
  outcomes: ByPlatform<PlatformOutcome>
  isUnderWay: boolean
} {
  const failed = publications.flatMap(({ platform, type, status, at, error }) =>
    status === 'failed'
      ? [
          [
            platform,
            { success: false, type, ...(at && { published_at: at }), ...(error && { error }) },
          ] as const,
        ]
      : [],
  )
  const outcomes = Object.entries(results).flatMap(([platform, { type, standing, url, published_at: at }]) =>
    standing
      ? [
          [
            platform,
            {
              success: standing === 'duplicate',
              type,
              skipped: standing,
              standing,
              ...(url && { url }),
              ...(at && { published_at: at }),
            },
          ] as const,
        ]
      : [],
  )
  return {
    outcomes: Object.fromEntries([...failed, ...outcomes]),
    isUnderWay: outcomes.some(([, { skipped }]) => skipped === 'in_progress'),
  }
}
