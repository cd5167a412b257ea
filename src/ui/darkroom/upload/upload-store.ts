/** State of all uploads: their list, and the pause during which nothing is sent. */
import type { Upload } from './upload.ts'

/** Reason why waiting uploads are not sent. */
export type Pause = { reason: 'offline' | 'signedOut' } | { reason: 'wait'; seconds: number }

export interface UploadState {
  uploads: readonly Upload[]
  pause: Pause | null
}

export interface UploadStore {
  readonly state: UploadState
  /** Replaces the list. */
  setUploads(uploads: readonly Upload[]): void
  change(id: number, part: Partial<Upload>): void
  changeWhere(isChosen: (upload: Upload) => boolean, part: Partial<Upload>): void
  /** Starts a pause. A pause with seconds counts down and then calls `onEnd`. */
  pause(pause: Pause, onEnd: () => void): void
  endPause(): void
}

/** Creates the store. Calls `onChange` after each change with the whole state. */
export function createUploadStore(onChange: (state: UploadState) => void): UploadStore {
  let state: UploadState = { uploads: [], pause: null }
  let timer: ReturnType<typeof setTimeout> | undefined

  const set = (part: Partial<UploadState>) => {
    state = { ...state, ...part }
    onChange(state)
  }
  const setUploads = (uploads: readonly Upload[]) => set({ uploads })
  const changeWhere: UploadStore['changeWhere'] = (isChosen, part) =>
    setUploads(state.uploads.map((upload) => (isChosen(upload) ? { ...upload, ...part } : upload)))

  function pause(next: Pause, onEnd: () => void): void {
    clearTimeout(timer)
    set({ pause: next })
    if (next.reason !== 'wait') return
    const { seconds } = next
    timer = setTimeout(() => (seconds > 1 ? pause({ ...next, seconds: seconds - 1 }, onEnd) : onEnd()), 1000)
  }

  return {
    get state() {
      return state
    },
    setUploads,
    changeWhere,
    change: (id, part) => changeWhere((upload) => upload.id === id, part),
    pause,
    endPause() {
      clearTimeout(timer)
      set({ pause: null })
    },
  }
}
