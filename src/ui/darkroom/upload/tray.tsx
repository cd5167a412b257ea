/** Tray in the corner: progress of all uploads and, on demand, of each file. */
import './tray.css'
import { useState } from 'preact/hooks'
import { SignInLink } from '../../account/account.tsx'
import { CloseIcon } from '../../icons.tsx'
import { texts } from '../../texts.ts'
import { Choice, TrayRow } from './tray-row.tsx'
import { canRetry, isUnderWay } from './upload.ts'
import type { UploadQueue } from './upload-queue.ts'
import type { Pause, UploadState } from './upload-store.ts'

const listId = 'uploads'

export interface TrayProps {
  state: UploadState
  queue: UploadQueue
  maxMegabytes: number
  onShow: (name: string) => void
}

export function Tray({ state, queue, maxMegabytes, onShow }: TrayProps) {
  const [isOpen, setOpen] = useState(false)
  const { uploads, pause } = state
  const labels = texts.upload
  const underWay = uploads.filter(isUnderWay)
  const done = uploads.filter(({ status }) => status === 'done').length
  const troubled = uploads.filter(({ status }) => status === 'failed' || status === 'lost')
  const duplicates = troubled.filter(({ existing }) => existing).map(({ id }) => id)
  const share =
    uploads.reduce((sum, upload) => sum + (isUnderWay(upload) ? upload.share : 1), 0) / uploads.length
  const summary =
    underWay.length > 0
      ? labels.progress(done, uploads.length)
      : labels.finished(done, troubled.length - duplicates.length, duplicates.length)

  return (
    <section class="tray" aria-label={labels.tray}>
      <div class="tray-head">
        <button
          type="button"
          class="button quiet tray-summary"
          aria-expanded={isOpen}
          aria-controls={listId}
          onClick={() => setOpen(!isOpen)}
        >
          {summary}
        </button>
        {underWay.length > 0 ? (
          <button type="button" class="button quiet" onClick={queue.cancelAll}>
            {labels.cancelAll}
          </button>
        ) : (
          <button type="button" class="button icon" aria-label={labels.close} onClick={queue.clear}>
            <CloseIcon />
          </button>
        )}
      </div>
      <progress class="tray-progress" value={share} aria-label={labels.tray} />
      {pause && <PauseLine pause={pause} onResume={queue.resume} />}
      {uploads.some(canRetry) && underWay.length === 0 && (
        <button type="button" class="button" onClick={queue.retryAll}>
          {labels.retryAll}
        </button>
      )}
      {duplicates.length > 1 && (
        <Choice ids={duplicates} of="" count={` (${duplicates.length})`} queue={queue} />
      )}
      {(isOpen || troubled.length > 0) && (
        <ul class="tray-list" id={listId}>
          {uploads
            .filter((upload) => isOpen || troubled.includes(upload))
            .map((upload, index) => (
              <TrayRow
                key={upload.id}
                upload={upload}
                hasThumbnail={index < mostThumbnails}
                queue={queue}
                maxMegabytes={maxMegabytes}
                onShow={onShow}
              />
            ))}
        </ul>
      )}
      <p class="visually-hidden" aria-live="polite">
        {pause ? pauseText(pause) : summary}
      </p>
    </section>
  )
}

/** Upper bound on thumbnails, because the browser decodes each photo at full size. */
const mostThumbnails = 12

function PauseLine({ pause, onResume }: { pause: Pause; onResume: () => void }) {
  return (
    <div class="tray-pause">
      <p>{pause.reason === 'wait' ? texts.upload.waiting(pause.seconds) : pauseText(pause)}</p>
      {pause.reason === 'signedOut' && <SignInLink className="button action" isInNewTab />}
      <button type="button" class="button" onClick={onResume}>
        {texts.upload.goOn}
      </button>
    </div>
  )
}

/** Returns the text of a pause without its seconds, so that screen readers do not read each second. */
function pauseText({ reason }: Pause): string {
  return texts.upload.pauses[reason]
}
