/** Photos on their way into the library: what waits, what is being sent, what came of it. Knows no components. */
import type { ApiProblem } from '../../api.ts'
import { kindOf, retryAfterSeconds } from '../../problem-kind.ts'
import { stemOf } from './find-file.ts'
import { type FileFault, faultOf } from './photo-file.ts'
import { type Existing, sendFile } from './send-file.ts'

export interface Upload {
  id: number
  file: File
  /** `lost`: all of it has left, and its arrival is unknown. `failed` with `existing`: a person decides. */
  status: 'waiting' | 'sending' | 'storing' | 'done' | 'failed' | 'lost' | 'cancelled'
  /** What has left, 0 to 1. */
  share: number
  fault: FileFault | null
  problem: ApiProblem | null
  /** An attempt before broke off: it is looked for before it is sent again. */
  mayBeThere: boolean
  /** The photo that has the same bytes. */
  existing: Existing | null
  keepsDuplicate: boolean
  /** The name that the photo got. */
  storedAs: string | null
}

/** Why nothing is sent although something waits. */
export type Pause = { reason: 'offline' | 'signedOut' } | { reason: 'wait'; seconds: number }

export interface UploadState {
  uploads: readonly Upload[]
  pause: Pause | null
}

export interface UploadQueue {
  add(files: Iterable<File>): void
  cancel(id: number): void
  cancelAll(): void
  retry(id: number): void
  retryAll(): void
  /** Stores these photos beside those that have the same bytes, or leaves them out. */
  decide(ids: readonly number[], keeps: boolean): void
  /** Forgets all that has ended. */
  clear(): void
  /** Ends the pause. */
  resume(): void
}

export interface UploadQueueOptions {
  maxMegabytes: number
  /** Whether the visitor is still an admin here; `null` where nobody can tell now. */
  isAdmin: () => Promise<boolean | null>
  /** Looks whether the library has this very file: its name there, `null` where it has not. */
  find: (file: File) => Promise<{ name: string | null } | { problem: ApiProblem }>
  /** Milliseconds without a sign of life after which an upload is given up. By default a minute. */
  stallMs?: number
  /** Called after each change, with the whole state. */
  onChange: (state: UploadState) => void
  /** A photo is in the library, under this name. */
  onStored: (name: string) => void
}

const atOnce = 2
/** In a row and for all files together; then what waits has failed. */
const mostFailures = 6

export function createUploadQueue(options: UploadQueueOptions): UploadQueue {
  const { maxMegabytes, isAdmin, find, onChange, onStored, stallMs = 60_000 } = options
  let state: UploadState = { uploads: [], pause: null }
  const sending = new Map<number, AbortController>()
  let lastId = 0
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const set = (part: Partial<UploadState>) => {
    state = { ...state, ...part }
    onChange(state)
  }
  const change = (id: number, part: Partial<Upload>) =>
    set({ uploads: state.uploads.map((upload) => (upload.id === id ? { ...upload, ...part } : upload)) })

  function pump(): void {
    if (state.pause) return
    for (const upload of state.uploads) {
      if (sending.size >= atOnce) return
      if (upload.status === 'waiting' && !sending.has(upload.id)) void send(upload)
    }
  }

  async function send({ id, file, mayBeThere, keepsDuplicate }: Upload): Promise<void> {
    const control = new AbortController()
    sending.set(id, control)
    const { signal } = control
    change(id, { status: 'sending', share: 0, problem: null, fault: null })
    const fault = await faultOf(file, maxMegabytes)
    if (signal.aborted) return
    if (fault) return end(id, { status: 'failed', fault })
    const found = mayBeThere ? await find(file) : { name: null }
    if (signal.aborted) return
    if ('problem' in found) return takeProblem(id, found.problem)
    if (found.name !== null) return arrived(id, found.name)
    const sent = await sendFile(file, {
      keepsDuplicate,
      signal,
      stallMs,
      onProgress: (loaded, total) => change(id, { share: loaded / Math.max(1, total) }),
      onStoring: () => change(id, { status: 'storing', share: 1 }),
    })
    if (signal.aborted) return
    if ('key' in sent) return arrived(id, sent.key)
    if ('problem' in sent) return takeProblem(id, sent.problem)
    const { existing } = sent
    const isOwn = mayBeThere && existing.folder === 'root' && existing.name.startsWith(stemOf(file.name))
    if (isOwn) arrived(id, existing.name)
    else end(id, { status: 'failed', existing })
  }

  function arrived(id: number, name: string): void {
    failures = 0
    end(id, { status: 'done', share: 1, storedAs: name })
    onStored(name)
  }

  function end(id: number, part: Partial<Upload>): void {
    sending.delete(id)
    change(id, part)
    pump()
  }

  /** What passes by itself is waited for; what a person has to mend first stops the queue or this file. */
  async function takeProblem(id: number, problem: ApiProblem): Promise<void> {
    const { code } = problem
    if (code === 'answer_lost') return end(id, { status: 'lost', problem, mayBeThere: true })
    if (code === 'stalled') return end(id, { status: 'failed', problem, mayBeThere: true })
    // A server that refuses before it has read all may be heard as a broken line.
    const isOut = code === 'not_signed_in' || (code === 'unreachable' && (await isAdmin()) === false)
    // Cancelled while that was asked.
    if (!sending.has(id)) return
    if (isOut) return putBack(id, { reason: 'signedOut' })
    if (code === 'offline') return putBack(id, { reason: 'offline' })
    const seconds = retryAfterSeconds(problem, failures + 1)
    if (seconds === null || kindOf(problem) === 'setup' || ++failures >= mostFailures) {
      return end(id, { status: 'failed', problem })
    }
    putBack(id, { reason: 'wait', seconds })
  }

  function putBack(id: number, pause: Pause): void {
    sending.delete(id)
    change(id, { status: 'waiting', share: 0 })
    hold(pause)
  }

  function hold(pause: Pause): void {
    clearTimeout(timer)
    set({ pause })
    if (pause.reason !== 'wait') return
    timer = setTimeout(
      () => (pause.seconds > 1 ? hold({ ...pause, seconds: pause.seconds - 1 }) : resume()),
      1000,
    )
  }

  function resume(): void {
    clearTimeout(timer)
    set({ pause: null })
    pump()
  }

  function cancel(id: number): void {
    const upload = state.uploads.find((one) => one.id === id)
    if (!upload || !isUnderWay(upload)) return
    sending.get(id)?.abort()
    end(id, { status: 'cancelled' })
    settle()
  }

  /** Nothing waits any more, so nothing is paused. */
  function settle(): void {
    if (!state.uploads.some(isUnderWay) && state.pause) resume()
  }

  function again(isChosen: (upload: Upload) => boolean): void {
    failures = 0
    const uploads = state.uploads.map((upload) =>
      isChosen(upload)
        ? { ...upload, status: 'waiting' as const, share: 0, problem: null, fault: null }
        : upload,
    )
    set({ uploads })
    if (state.pause?.reason === 'wait') resume()
    else pump()
  }

  return {
    add(files) {
      const added = [...files].map(
        (file): Upload => ({
          id: ++lastId,
          file,
          status: 'waiting',
          share: 0,
          fault: null,
          problem: null,
          mayBeThere: false,
          existing: null,
          keepsDuplicate: false,
          storedAs: null,
        }),
      )
      set({ uploads: [...state.uploads, ...added] })
      pump()
    },
    cancel,
    cancelAll() {
      const under = state.uploads.filter(isUnderWay)
      for (const { id } of under) sending.get(id)?.abort()
      sending.clear()
      set({
        uploads: state.uploads.map((upload) =>
          isUnderWay(upload) ? { ...upload, status: 'cancelled' as const } : upload,
        ),
      })
      settle()
    },
    retry: (id) => again((upload) => upload.id === id && !isUnderWay(upload)),
    retryAll: () => again(canRetry),
    decide(ids, keepsDuplicate) {
      const part = keepsDuplicate
        ? { status: 'waiting' as const, existing: null, keepsDuplicate }
        : { status: 'cancelled' as const }
      set({
        uploads: state.uploads.map((upload) => (ids.includes(upload.id) ? { ...upload, ...part } : upload)),
      })
      pump()
    },
    clear: () => set({ uploads: state.uploads.filter(isUnderWay) }),
    resume,
  }
}

/** Whether another attempt could end otherwise: what is wrong with the file itself stays wrong. */
export function canRetry({ status, fault, existing }: Upload): boolean {
  return (
    (status === 'failed' || status === 'cancelled') && !existing && (fault === null || fault === 'unreadable')
  )
}

export function isUnderWay({ status }: Upload): boolean {
  return status === 'waiting' || status === 'sending' || status === 'storing'
}
