/** Upload by picker, drop or paste, and a tray with the progress. Loaded only for admins. */
import './uploader.css'
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { fetchAccount } from '../../account/account-api.ts'
import { texts } from '../../texts.ts'
import { useLeaveWarning } from '../leave-warning.ts'
import { findFile } from './find-file.ts'
import { useIncoming } from './incoming.ts'
import { Tray } from './tray.tsx'
import { isUnderWay } from './upload.ts'
import { createUploadQueue } from './upload-queue.ts'
import type { UploadState } from './upload-store.ts'

export interface UploaderProps {
  maxMegabytes: number
  /** Called with the function that opens the file picker, and with `null` when the uploader is removed. */
  onReady: (choose: (() => void) | null) => void
  /** Called when a photo is stored, with its name. */
  onStored: (name: string) => void
  /** Called when an admin asks to see an uploaded photo. */
  onShow: (name: string) => void
}

export function Uploader({ maxMegabytes, onReady, onStored, onShow }: UploaderProps) {
  const [state, setState] = useState<UploadState>({ uploads: [], pause: null })
  const stored = useRef(onStored)
  stored.current = onStored
  const queue = useMemo(
    () =>
      createUploadQueue({
        maxMegabytes,
        find: findFile,
        isAdmin: async () => (await fetchAccount())?.isAdmin ?? null,
        onChange: setState,
        onStored: (name) => stored.current(name),
      }),
    [maxMegabytes],
  )
  const isOver = useIncoming(queue.add)
  useLeaveWarning(state.uploads.some(isUnderWay))
  useReturn(state, queue.resume)
  const picker = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    onReady(() => picker.current?.click())
    return () => onReady(null)
  }, [])

  return (
    <>
      <input
        ref={picker}
        type="file"
        // iPhones convert HEIC to JPEG only if this list leaves HEIC out.
        accept="image/jpeg,image/png,image/webp,image/avif"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          if (currentTarget.files) queue.add(currentTarget.files)
          // Lets the admin choose the same photo again.
          currentTarget.value = ''
        }}
      />
      {isOver && (
        <div class="drop-here">
          <p>{texts.upload.dropHere}</p>
        </div>
      )}
      {state.uploads.length > 0 && (
        <Tray state={state} queue={queue} maxMegabytes={maxMegabytes} onShow={onShow} />
      )}
    </>
  )
}

/** Resumes uploads when the connection returns, or when the admin returns from signing in. */
function useReturn({ pause }: UploadState, resume: () => void): void {
  const reason = pause?.reason
  useLayoutEffect(() => {
    if (reason === undefined) return
    const listening = new AbortController()
    const { signal } = listening
    if (reason !== 'signedOut') addEventListener('online', resume, { signal })
    else {
      const onReturn = () =>
        void fetchAccount().then((account) => !signal.aborted && account?.isAdmin && resume())
      addEventListener('focus', onReturn, { signal })
      document.addEventListener('visibilitychange', () => !document.hidden && onReturn(), { signal })
    }
    return () => listening.abort()
  }, [reason, resume])
}
