/** Problem of the work on a photo, with a button that repeats the work or checks its outcome. */
import type { Photo } from '../../gallery/gallery-api.ts'
import { texts } from '../../texts.ts'
import type { Desk } from './desk.ts'
import type { Draft, WorkKind } from './draft.ts'
import { ProblemLine } from './problem-line.tsx'

/** Problems after which the server may still be working. */
const mayGoOn: ReadonlySet<string> = new Set(['answer_lost', 'answer_pending', 'unreachable'])

export function FailureLine({
  desk,
  photo,
  failure,
}: {
  desk: Desk
  photo: Photo
  failure: Draft['failure']
}) {
  if (!failure) return null
  const { during, problem } = failure
  const checksAgain = (during === 'analyze' || during === 'publish') && mayGoOn.has(problem.code)
  return (
    <ProblemLine
      key={`${during} ${problem.code}`}
      problem={problem}
      onRetry={() => void (checksAgain ? desk.checkAgain(photo) : repeat(desk, photo, during))}
      retryText={checksAgain ? texts.workbench.checkAgain : undefined}
    />
  )
}

function repeat(desk: Desk, photo: Photo, kind: WorkKind): Promise<unknown> {
  switch (kind) {
    case 'analyze':
      return desk.analyze(photo)
    case 'save':
      return desk.save(photo)
    case 'preview':
      return desk.preview(photo)
    case 'publish':
      return desk.publish(photo)
    case 'check':
      return desk.checkAgain(photo)
    case 'delete':
      return desk.erase(photo)
    // These show their problems beside the post.
    case 'retract':
    case 'correct':
      return Promise.resolve()
    default:
      return desk.vary(photo, kind)
  }
}
