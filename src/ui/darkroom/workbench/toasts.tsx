/** What was done in passing, whatever the page shows: what went wrong above, the way back below. */
import './toasts.css'
import { useEffect, useRef } from 'preact/hooks'
import { useShortcuts } from '../../keyboard.ts'
import { texts } from '../../texts.ts'
import { isFailure, type Toast } from './toast.ts'
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
  const area = useRef<HTMLElement>(null)
  const failures = toasts.filter(isFailure)
  const passing = toasts.filter((toast) => !isFailure(toast))
  const latest = passing.at(-1)
  const undoable = passing.findLast(({ undo }) => undo)
  const undone = toasts.findLast(({ undo }) => undo)
  useEffect(() => {
    // What went wrong stays until somebody has read it, and nothing goes from under a hand. What is below the latest goes with it.
    if (!latest) return
    const timer = setInterval(() => {
      if (!area.current?.querySelector('.toast:is(:hover, :focus-within)')) onDismiss(passing)
    }, visibleMs)
    return () => clearInterval(timer)
  }, [latest])
  const doing = (toast: Toast, action: () => void) => () => {
    onDismiss([toast])
    action()
  }
  useShortcuts({ undo: undone?.undo && doing(undone, undone.undo) })
  const lineOf = (toast: Toast | undefined) =>
    toast && (
      <ToastLine
        key={toast}
        toast={toast}
        onDismiss={() => onDismiss([toast])}
        doing={(action) => doing(toast, action)}
      />
    )
  return (
    <aside class="toasts" aria-label={texts.workbench.messages} ref={area}>
      {failures.slice(-maxFailures).map(lineOf)}
      {/* There before its words are: a region that comes together with them is often not read out. */}
      <div class="toasts-passing" aria-live="polite">
        {undoable !== latest && lineOf(undoable)}
        {lineOf(latest)}
      </div>
    </aside>
  )
}
