/** What was just done, with the way back while it is there. */
import { useEffect, useRef } from 'preact/hooks'
import { CloseIcon } from '../icons.tsx'
import { texts } from '../texts.ts'
import { ProblemLine } from './problem-line.tsx'
import type { Toast } from './toast.ts'

/** Long enough to find one's glasses (WCAG 2.2, 2.2.1 asks for no less where something is lost; nothing is: photos stay in folders). */
const visibleMs = 12_000

const words = texts.workbench

export interface ToastLineProps {
  /** `null`: nothing to say. */
  toast: Toast | null
  onDismiss: () => void
}

export function ToastLine({ toast, onDismiss }: ToastLineProps) {
  const line = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // What went wrong stays until somebody has read it, and nothing goes from under a hand.
    if (!toast || toast.problem) return
    const timer = setInterval(() => {
      if (!line.current?.matches(':hover, :focus-within')) onDismiss()
    }, visibleMs)
    return () => clearInterval(timer)
  }, [onDismiss, toast])
  return (
    <div class={toast ? `toast ${toast.problem ? 'bad' : ''}` : 'visually-hidden'} ref={line}>
      {/* There before its words are: a region that comes together with them is often not read out. */}
      <p aria-live="polite">{toast && !toast.problem && words.toasts[toast.text]}</p>
      {toast && <ToastActions toast={toast} onDismiss={onDismiss} />}
    </div>
  )
}

function ToastActions({ toast, onDismiss }: { toast: Toast; onDismiss: () => void }) {
  const { text, photo, problem, undo, retry, show } = toast
  const act = (action: () => void) => () => {
    onDismiss()
    action()
  }
  return (
    <>
      {problem && (
        <>
          {text !== 'failed' && <strong>{words.toasts[text]}</strong>}
          <ProblemLine problem={problem} onRetry={retry && act(retry)} />
        </>
      )}
      {undo && !problem && (
        <button type="button" class="button" aria-keyshortcuts="U" onClick={act(undo)}>
          {words.undo}
        </button>
      )}
      {show && (
        <button type="button" class="button" aria-label={`${words.show}: ${photo}`} onClick={act(show)}>
          {words.show}
        </button>
      )}
      <button type="button" class="button icon" aria-label={words.close} onClick={onDismiss}>
        <CloseIcon />
      </button>
    </>
  )
}
