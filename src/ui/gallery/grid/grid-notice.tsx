/** Notice that explains an empty or incomplete grid, and the grid's status for screen readers. */
import { type ApiProblem, pageProblem } from '../../problem.ts'
import { kindOf } from '../../problem-kind.ts'
import { texts } from '../../texts.ts'
import { Notice } from '../notice.tsx'
import { everything, type Query } from '../order.ts'
import type { GridProps } from './grid-props.ts'
import type { Listing } from './listing.ts'
import type { PictureLimit } from './picture-limit.ts'

const labels = texts.grid

export type GridNoticeProps = Pick<GridProps, 'gallery' | 'listing' | 'query' | 'onUpload'> & {
  limit: PictureLimit
}

export function GridNotice({ gallery, listing, query, onUpload, limit }: GridNoticeProps) {
  const { count, problem } = listing
  const note = noteOf(listing, query, limit)
  if (!note) return null
  const retry = () => {
    if (limit.problem) limit.resume()
    if (problem || !count) void listing.reload()
  }
  return (
    <Notice
      problem={note}
      failures={problem ? listing.failures : limit.pauses}
      isOverPhoto={Boolean(count)}
      isBusy={listing.isBusy}
      onRetry={retry}
      onNext={retry}
      instead={
        note.code === 'nothing_found'
          ? { label: labels.showAll, onClick: () => gallery.browse({ ...query, search: '' }, 'replace') }
          : undefined
      }
      onUpload={query.folder === everything.folder ? onUpload : null}
    />
  )
}

export function GridStatus({ listing, query, limit }: Pick<GridNoticeProps, 'listing' | 'query' | 'limit'>) {
  const { count } = listing
  const note = noteOf(listing, query, limit)
  return (
    <p class="visually-hidden" role="status">
      {note ? texts.problems[kindOf(note)].title : count === null ? labels.loading : labels.count(count)}
    </p>
  )
}

function noteOf(listing: Listing, query: Query, limit: PictureLimit): ApiProblem | null {
  return listing.problem ?? limit.problem ?? emptiness(listing, query)
}

/** Describes an empty list as a problem, because both use the same notice. Returns `null` for a list with photos. */
function emptiness({ count, missingFolder }: Listing, { folder, search }: Query): ApiProblem | null {
  if (count !== 0) return null
  if (search) return pageProblem('nothing_found', missingFolder)
  if (missingFolder) return pageProblem('root_missing', missingFolder)
  return pageProblem(folder === everything.folder ? 'no_photos' : 'folder_empty')
}
