/** What was just done, with the way back while it is there. */
import { CloseIcon } from '../icons.tsx'
import { texts } from '../texts.ts'
import { ProblemLine } from './problem-line.tsx'
import type { Toast } from './toast.ts'

const words = texts.workbench

export interface ToastLineProps {
  toast: Toast
  onDismiss: () => void
  /** The action, which settles what is told. */
  doing: (action: () => void) => () => void
}

export function ToastLine({ toast, onDismiss, doing }: ToastLineProps) {
  const { text, photo, problem, undo, retry, show } = toast
  return (
    <div class={`toast ${problem ? 'bad' : ''}`}>
      {problem ? (
        <>
          <strong>
            {text !== 'failed' && words.toasts[text]} {show && <span class="muted">{photo}</span>}
          </strong>
          <ProblemLine problem={problem} onRetry={retry && doing(retry)} />
        </>
      ) : (
        <p>{words.toasts[text]}</p>
      )}
      {undo && !problem && (
        <button type="button" class="button" aria-keyshortcuts="U" onClick={doing(undo)}>
          {words.undo}
        </button>
      )}
      {show && (
        <button type="button" class="button" aria-label={`${words.show}: ${photo}`} onClick={doing(show)}>
          {words.show}
        </button>
      )}
      <button type="button" class="button icon" aria-label={words.close} onClick={onDismiss}>
        <CloseIcon />
      </button>
    </div>
  )
}
