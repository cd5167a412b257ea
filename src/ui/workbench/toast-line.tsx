/** What was just done, with the way back while it is there. */
import { useEffect } from 'preact/hooks'
import { CloseIcon } from '../icons.tsx'
import { texts } from '../texts.ts'
import { ProblemLine } from './problem-line.tsx'
import type { Toast } from './toast.ts'

/** Long enough to find one's glasses (WCAG 2.2, 2.2.1 asks for no less where something is lost; nothing is: photos stay in folders). */
const visibleMs = 12_000

const words = texts.workbench

export function ToastLine({ toast, onDismiss }: { toast: Toast; onDismiss: () => void }) {
  const { text, photo, problem, undo, retry, show } = toast
  useEffect(() => {
    // What went wrong stays until somebody has read it.
    if (problem) return
    const timer = setTimeout(onDismiss, visibleMs)
    return () => clearTimeout(timer)
  }, [onDismiss, toast])
  const act = (action: () => void) => () => {
    onDismiss()
    action()
  }
  return (
    <div class={`toast ${problem ? 'bad' : ''}`}>
      {problem ? (
        <>
          {text !== 'failed' && <strong>{words.toasts[text]}</strong>}
          <ProblemLine problem={problem} onRetry={retry && act(retry)} />
        </>
      ) : (
        <p role="status">{words.toasts[text]}</p>
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
    </div>
  )
}
