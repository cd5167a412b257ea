/** Row of an upload in the tray: its name, progress and buttons. */
import './tray-row.css'
import { useEffect, useState } from 'preact/hooks'
import { CloseIcon } from '../../icons.tsx'
import { serverLanguage } from '../../problem.ts'
import { kindOf } from '../../problem-kind.ts'
import { texts } from '../../texts.ts'
import { DoneIcon, RetryIcon } from '../icons.tsx'
import { canRetry, isUnderWay, type Upload } from './upload.ts'
import type { UploadQueue } from './upload-queue.ts'

export interface TrayRowProps {
  upload: Upload
  hasThumbnail: boolean
  queue: UploadQueue
  maxMegabytes: number
  onShow: (name: string) => void
}

export function TrayRow({ upload, hasThumbnail, queue, maxMegabytes, onShow }: TrayRowProps) {
  const { id, file, status, storedAs, share, existing } = upload
  const labels = texts.upload
  const said = stateText(upload, maxMegabytes)
  return (
    <li class="tray-row">
      {hasThumbnail && upload.fault === null ? <Thumbnail file={file} /> : <span class="tray-picture" />}
      <div class="tray-words">
        <p class="tray-name">{storedAs ?? file.name}</p>
        <p class="muted" lang={said === upload.problem?.detail ? serverLanguage : undefined}>
          {said}
        </p>
        {status === 'sending' && <progress value={share} aria-label={labels.progressOf(file.name)} />}
      </div>
      {isUnderWay(upload) && (
        <button
          type="button"
          class="button icon"
          aria-label={labels.cancel(file.name)}
          onClick={() => queue.cancel(id)}
        >
          <CloseIcon />
        </button>
      )}
      {(status === 'lost' || canRetry(upload)) && (
        <button
          type="button"
          class="button icon"
          aria-label={labels.retry(file.name)}
          onClick={() => queue.retry(id)}
        >
          <RetryIcon />
        </button>
      )}
      {existing && status === 'failed' && <Choice ids={[id]} of={`: ${file.name}`} queue={queue} />}
      {storedAs !== null && (
        <button
          type="button"
          class="button icon"
          aria-label={labels.show(storedAs)}
          onClick={() => onShow(storedAs)}
        >
          <DoneIcon />
        </button>
      )}
    </li>
  )
}

export interface ChoiceProps {
  /** Uploads of photos that the gallery already has. */
  ids: readonly number[]
  /** Suffix of the labels for screen readers. */
  of: string
  /** Suffix of the visible labels. */
  count?: string
  queue: UploadQueue
}

export function Choice({ ids, of, count = '', queue }: ChoiceProps) {
  return (
    <div class="tray-choice">
      {(['keepBoth', 'skip'] as const).map((choice) => (
        <button
          key={choice}
          type="button"
          class="button"
          aria-label={texts.upload[choice] + count + of}
          onClick={({ currentTarget }) => {
            // Keeps the focus in the tray when this button disappears.
            currentTarget.closest('.tray')?.querySelector('button')?.focus()
            queue.decide(ids, choice === 'keepBoth')
          }}
        >
          {texts.upload[choice] + count}
        </button>
      ))}
    </div>
  )
}

const folderNames: Readonly<Record<string, string>> = texts.grid.folder

function stateText(upload: Upload, maxMegabytes: number): string {
  const { status, share, fault, problem, file, storedAs, existing } = upload
  const labels = texts.upload
  if (fault) return fault === 'tooLarge' ? labels.tooLarge(maxMegabytes) : labels.faults[fault]
  if (existing) return labels.alreadyHere(existing.name, folderNames[existing.folder] ?? '')
  if (status === 'failed' && problem) {
    if (problem.code === 'stalled') return labels.stalled
    if (problem.status === 413) return problem.detail ?? labels.tooLarge(maxMegabytes)
    if (problem.status === 415) {
      return /\.(hei[cf]|avif)$/i.test(file.name) ? labels.phoneFormat : labels.faults.notPhoto
    }
    if (problem.code === 'photo_unreadable') return labels.damaged
    return problem.detail ?? texts.problems[kindOf(problem)].title
  }
  if (status === 'done') return storedAs === file.name ? labels.done : labels.renamed(file.name)
  if (status === 'sending') return labels.sent(Math.round(share * 100))
  return labels.states[status]
}

/** Thumbnail of the chosen file. */
function Thumbnail({ file }: { file: File }) {
  const [url, setUrl] = useState<string | null>(null)
  const [isBroken, setBroken] = useState(false)
  useEffect(() => {
    const made = URL.createObjectURL(file)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  // Placeholder until the file has an address, and for a file that the browser cannot decode.
  if (!url || isBroken) return <span class="tray-picture" />
  return <img class="tray-picture" src={url} alt="" decoding="async" onError={() => setBroken(true)} />
}
