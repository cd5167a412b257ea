/** A message of the page in passing. */
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
    | 'failed'
  photo: string
  /** Comes before the words of `text`. */
  says?: string
  /** Stays until it is read, as with `problem`. */
  isFailure?: boolean
  problem?: ApiProblem
  undo?: () => void
  /** Repeats what failed. */
  retry?: () => void
  /** Opens the photo that this is about. */
  show?: () => void
}

/** True when the toast waits until a person has read it. */
export function isFailure({ problem, isFailure }: Toast): boolean {
  return problem !== undefined || isFailure === true
}
