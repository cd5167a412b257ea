/** What the page says in passing. */
import type { ApiProblem } from '../api.ts'

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
  problem?: ApiProblem
  undo?: () => void
  /** Repeats what failed. */
  retry?: () => void
  /** Opens the photo that this is about. */
  show?: () => void
}
