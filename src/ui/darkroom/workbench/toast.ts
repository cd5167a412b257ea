/** Short message over the page. */
import type { ApiProblem } from '../../problem.ts'

export interface Toast {
  text:
    | 'kept'
    | 'removed'
    | 'deleted'
    | 'restored'
    | 'archived'
    | 'partly'
    | 'published'
    | 'notEverywhere'
    | 'notArchived'
    | 'written'
    | 'testMode'
    | 'notKept'
    | 'notRemoved'
    | 'notRestored'
    | 'retracting'
    | 'retracted'
    | 'notRetracted'
    | 'notRated'
    | 'failed'
  photo: string
  /** Sentence before the text that `text` names. */
  says?: string
  /** Sentence after that text. */
  note?: string
  /** Reason of a channel. */
  error?: string
  /** Keeps the toast until it is dismissed, as with `problem`. */
  isFailure?: boolean
  problem?: ApiProblem
  undo?: () => void
  /** Moves the photo from the archive back to the inbox. */
  moveBack?: () => void
  /** Repeats the failed action. */
  retry?: () => void
  /** Opens the photo. */
  show?: () => void
}

/** True if the toast stays until it is dismissed. */
export function isFailure({ problem, isFailure }: Toast): boolean {
  return problem !== undefined || isFailure === true
}
