/** The way for photos into the library: a picker, a place to drop them, and a tray with what became of them. Loaded for admins only. */
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
  /** Told what opens the picker, and `null` when there is none any more. */
  onReady: (choose: (() => void) | null) => void
  /** A photo is in the library, under this name. */
  onStored: (name: string) => void
  /** Somebody wants to see it. */
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
        // Without HEIC in this list, iPhones hand over a JPEG of it.
        accept="image/jpeg,image/png,image/webp,image/avif"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          if (currentTarget.files) queue.add(currentTarget.files)
          // The same photo may be chosen again.
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

/** Goes on when the connection is back, and when somebody comes back from signing in. */
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
