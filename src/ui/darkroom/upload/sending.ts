/** Sends waiting uploads, a few at a time. After a problem, it waits, pauses the queue or fails the upload. */
import type { ApiProblem } from '../../problem.ts'
import { kindOf, retryAfterSeconds } from '../../problem-kind.ts'
import { type AttemptOptions, attemptUpload } from './attempt.ts'
import type { Upload } from './upload.ts'
import type { Pause, UploadStore } from './upload-store.ts'

export interface Sending {
  /** Starts waiting uploads, unless the queue is paused. */
  start(): void
  /** Ends the pause and starts waiting uploads. */
  resume(): void
  /** Resets the count of failures. */
  forgetFailures(): void
  /** Cancels an upload that is under way. */
  cancel(id: number): void
  /** Aborts the requests of these uploads without changing the list. */
  abort(ids: readonly number[]): void
}

export interface SendingOptions extends Pick<AttemptOptions, 'maxMegabytes' | 'find' | 'stallMs'> {
  /** Checks if the visitor is still an admin here. Returns `null` while the server cannot answer. */
  isAdmin: () => Promise<boolean | null>
  /** Called when a photo is stored, with its name. */
  onStored: (name: string) => void
}

const uploadsAtOnce = 2
/** Consecutive failures over all files after which an upload fails instead of pausing the queue. */
const maxFailures = 6

export function createSending(store: UploadStore, options: SendingOptions): Sending {
  const { isAdmin, onStored, ...attempt } = options
  const sending = new Map<number, AbortController>()
  let failures = 0

  function start(): void {
    if (store.state.pause) return
    for (const upload of store.state.uploads) {
      if (sending.size >= uploadsAtOnce) return
      if (upload.status === 'waiting' && !sending.has(upload.id)) void send(upload)
    }
  }

  async function send(upload: Upload): Promise<void> {
    const { id } = upload
    const control = new AbortController()
    const { signal } = control
    sending.set(id, control)
    store.change(id, { status: 'sending', share: 0, problem: null, fault: null })
    const outcome = await attemptUpload(upload, {
      ...attempt,
      signal,
      onProgress: (sent, total) => store.change(id, { share: sent / Math.max(1, total) }),
      onStoring: () => store.change(id, { status: 'storing', share: 1 }),
    })
    if (!outcome || signal.aborted) return
    if ('problem' in outcome) return takeProblem(id, outcome.problem)
    if (!('storedAs' in outcome)) return end(id, { status: 'failed', ...outcome })
    failures = 0
    end(id, { status: 'done', share: 1, ...outcome })
    onStored(outcome.storedAs)
  }

  function end(id: number, part: Partial<Upload>): void {
    sending.delete(id)
    store.change(id, part)
    start()
  }

  async function takeProblem(id: number, problem: ApiProblem): Promise<void> {
    const { code } = problem
    if (code === 'answer_lost') return end(id, { status: 'lost', problem, mayBeThere: true })
    if (code === 'stalled') return end(id, { status: 'failed', problem, mayBeThere: true })
    // A refusal before the server has read the whole upload may look like a lost connection.
    const isOut = code === 'not_signed_in' || (code === 'unreachable' && (await isAdmin()) === false)
    // The upload was cancelled during the check above.
    if (!sending.has(id)) return
    const pause = isOut ? { reason: 'signedOut' as const } : pauseAfter(problem, failures + 1)
    if (!pause || (pause.reason === 'wait' && ++failures >= maxFailures))
      return end(id, { status: 'failed', problem })
    sending.delete(id)
    store.change(id, { status: 'waiting', share: 0 })
    store.pause(pause, resume)
  }

  function resume(): void {
    store.endPause()
    start()
  }

  function abort(ids: readonly number[]): void {
    for (const id of ids) {
      sending.get(id)?.abort()
      sending.delete(id)
    }
  }

  return {
    start,
    resume,
    forgetFailures() {
      failures = 0
    },
    cancel(id) {
      abort([id])
      end(id, { status: 'cancelled' })
    },
    abort,
  }
}

/** Chooses the pause after a temporary problem. Returns `null` if waiting does not help. */
function pauseAfter(problem: ApiProblem, failures: number): Pause | null {
  if (problem.code === 'offline') return { reason: 'offline' }
  const seconds = retryAfterSeconds(problem, failures)
  return seconds === null || kindOf(problem) === 'setup' ? null : { reason: 'wait', seconds }
}
