/** Message about a recent action, with Undo or Retry. */
import './toast-line.css'
import { CloseIcon } from '../../icons.tsx'
import { serverLanguage } from '../../problem.ts'
import { texts } from '../../texts.ts'
import { ProblemLine } from './problem-line.tsx'
import { StandingIcon } from './standing-line.tsx'
import { isFailure, type Toast } from './toast.ts'

const labels = texts.workbench

export interface ToastLineProps {
  toast: Toast
  onDismiss: () => void
  /** Wraps a button's action so that it also dismisses the toast. */
  doing: (action: () => void) => () => void
}

export function ToastLine({ toast, onDismiss, doing }: ToastLineProps) {
  const { text, says, note, error, photo, problem, undo, moveBack, retry, show } = toast
  return (
    <div
      class={`toast ${isFailure(toast) ? 'bad' : ''}`}
      role={!problem && isFailure(toast) ? 'alert' : undefined}
    >
      {problem ? (
        <>
          <strong>
            {text !== 'failed' && labels.toasts[text]} {show && <span class="muted">{photo}</span>}
          </strong>
          <ProblemLine problem={problem} onRetry={retry && doing(retry)} />
        </>
      ) : (
        <p class="standing">
          {isFailure(toast) && <StandingIcon status="failed" />}
          <span>
            {[says, labels.toasts[text], note].filter(Boolean).join(' ')}
            {error && <span lang={serverLanguage}> {error}</span>}
          </span>
        </p>
      )}
      {retry && !problem && (
        <button type="button" class="button" onClick={doing(retry)}>
          {labels.retry}
        </button>
      )}
      {undo && !problem && (
        <button type="button" class="button" aria-keyshortcuts="U" onClick={doing(undo)}>
          {labels.undo}
        </button>
      )}
      {moveBack && !problem && (
        <button
          type="button"
          class="button"
          aria-keyshortcuts={undo ? undefined : 'U'}
          onClick={doing(moveBack)}
        >
          {labels.moveBack}
        </button>
      )}
      {show && (
        <button type="button" class="button" aria-label={`${labels.show}: ${photo}`} onClick={doing(show)}>
          {labels.show}
        </button>
      )}
      <button type="button" class="button icon" aria-label={labels.close} onClick={onDismiss}>
        <CloseIcon />
      </button>
    </div>
  )
}
