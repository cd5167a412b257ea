/** What was done in passing, whatever the page shows: what went wrong above, the way back below. */
import { useEffect, useRef } from 'preact/hooks'
import { useShortcuts } from '../keyboard.ts'
import { texts } from '../texts.ts'
import type { Toast } from './toast.ts'
import { ToastLine } from './toast-line.tsx'

/** Long enough to find one's glasses (WCAG 2.2, 2.2.1 asks for no less where something is lost; nothing is: photos stay in folders). */
const visibleMs = 12_000
/** Of failures; what is below them comes up when they are read. */
const maxFailures = 2

export interface ToastsProps {
  /** The latest one last. */
  toasts: readonly Toast[]
  onDismiss: (toasts: readonly Toast[]) => void
}

export function Toasts({ toasts, onDismiss }: ToastsProps) {
  const failures = toasts.filter(({ problem }) => problem)
  const passing = toasts.filter(({ problem }) => !problem)
  const latest = passing.at(-1)
  const undoable = passing.findLast(({ undo }) => undo)
  const region = useRef<HTMLElement>(null)
  useEffect(() => {
    // What went wrong stays until somebody has read it. What is below the latest goes with it.
    if (!latest) return
    const timer = setInterval(() => {
      // Nothing goes from under a hand.
      if (!region.current?.matches(':hover, :focus-within')) onDismiss(passing)
    }, visibleMs)
    return () => clearInterval(timer)
  }, [latest])
  const doing = (toast: Toast, action: () => void) => () => {
    onDismiss([toast])
    action()
  }
  useShortcuts({ undo: undoable?.undo && doing(undoable, undoable.undo) })
  const shown = [...failures.slice(-maxFailures), ...(undoable === latest ? [] : [undoable]), latest]
  return (
    // There before its words are: a region that comes together with them is often not read out.
    <aside class="toasts" aria-label={texts.workbench.messages} aria-live="polite" ref={region}>
      {shown.map(
        (toast) =>
          toast && (
            <ToastLine
              key={toast}
              toast={toast}
              onDismiss={() => onDismiss([toast])}
              doing={(action) => doing(toast, action)}
            />
          ),
      )}
    </aside>
  )
}
