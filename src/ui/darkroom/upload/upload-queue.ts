/** Queue of uploads and the actions on it. Independent of components. */
import { createSending, type SendingOptions } from './sending.ts'
import { canRetry, isUnderWay, newUpload, type Upload } from './upload.ts'
import { createUploadStore, type UploadState } from './upload-store.ts'

export interface UploadQueue {
  add(files: Iterable<File>): void
  cancel(id: number): void
  cancelAll(): void
  retry(id: number): void
  retryAll(): void
  /** Stores these duplicates as second copies, or skips them. */
  decide(ids: readonly number[], keeps: boolean): void
  /** Removes finished uploads from the list. */
  clear(): void
  /** Ends the pause. */
  resume(): void
}

export interface UploadQueueOptions extends Omit<SendingOptions, 'stallMs'> {
  /** Milliseconds without progress after which an upload is aborted. Default: 60,000. */
  stallMs?: number
  /** Called after each change with the whole state. */
  onChange: (state: UploadState) => void
}

export function createUploadQueue({ onChange, ...options }: UploadQueueOptions): UploadQueue {
  const store = createUploadStore(onChange)
  const sending = createSending(store, { stallMs: 60_000, ...options })
  let lastId = 0

  /** Ends the pause when no upload waits any more. */
  function settle(): void {
    if (!store.state.uploads.some(isUnderWay) && store.state.pause) sending.resume()
  }

  function again(isChosen: (upload: Upload) => boolean): void {
    sending.forgetFailures()
    store.changeWhere(isChosen, { status: 'waiting', share: 0, problem: null, fault: null })
    if (store.state.pause?.reason === 'wait') sending.resume()
    else sending.start()
  }

  return {
    add(files) {
      const added = [...files].map((file) => newUpload(++lastId, file))
      store.setUploads([...store.state.uploads, ...added])
      sending.start()
    },
    cancel(id) {
      if (!store.state.uploads.some((upload) => upload.id === id && isUnderWay(upload))) return
      sending.cancel(id)
      settle()
    },
    cancelAll() {
      sending.abort(store.state.uploads.filter(isUnderWay).map(({ id }) => id))
      store.changeWhere(isUnderWay, { status: 'cancelled' })
      settle()
    },
    retry: (id) => again((upload) => upload.id === id && !isUnderWay(upload)),
    retryAll: () => again(canRetry),
    decide(ids, keepsDuplicate) {
      store.changeWhere(
        ({ id }) => ids.includes(id),
        keepsDuplicate ? { status: 'waiting', existing: null, keepsDuplicate } : { status: 'cancelled' },
      )
      sending.start()
    },
    clear: () => store.setUploads(store.state.uploads.filter(isUnderWay)),
    resume: sending.resume,
  }
}
