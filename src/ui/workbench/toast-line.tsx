/** What was just done, with the way back while it is there. */
import { useEffect } from 'preact/hooks'
import { CloseIcon } from '../icons.tsx'
import { texts } from '../texts.ts'
import type { Toast } from './desk.ts'

/** Long enough to find one's glasses (WCAG 2.2, 2.2.1 asks for no less where something is lost; nothing is: photos stay in folders). */
const visibleMs = 12_000

export function ToastLine({ toast, onDismiss }: { toast: Toast; onDismiss: () => void }) {
  useEffect(() => {
    const timer = setTimeout(onDismiss, visibleMs)
    return () => clearTimeout(timer)
  }, [onDismiss, toast])
  const { text, problem, undo } = toast
  return (
    <div class="toast" role="status">
      <p>{problem?.detail ?? texts.workbench.toasts[text]}</p>
      {undo && (
        <button
          type="button"
          class="button"
          onClick={() => {
            onDismiss()
            undo()
          }}
        >
          {texts.workbench.undo}
        </button>
      )}
      <button type="button" class="button icon" aria-label={texts.workbench.close} onClick={onDismiss}>
        <CloseIcon />
      </button>
    </div>
  )
}
