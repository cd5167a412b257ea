/** Messages over every screen: failures above, other messages below. */
import './toasts.css'
import { useEffect, useRef } from 'preact/hooks'
import { useShortcuts } from '../../keyboard.ts'
import { texts } from '../../texts.ts'
import { isFailure, type Toast } from './toast.ts'
import { ToastLine } from './toast-line.tsx'

/** Display time. WCAG 2.2 (2.2.1) allows a limit here, because a missed Undo loses nothing: photos stay in their folders. */
const visibleMs = 12_000
/** Upper bound on failures shown at once. Earlier failures appear when the shown failures are dismissed. */
const maxFailures = 2

/** Returns the action of the key for Undo. */
const undoOf = ({ undo, moveBack }: Toast) => undo ?? moveBack

export interface ToastsProps {
  /** Messages, the latest last. */
  toasts: readonly Toast[]
  onDismiss: (toasts: readonly Toast[]) => void
}

export function Toasts({ toasts, onDismiss }: ToastsProps) {
  const area = useRef<HTMLElement>(null)
  const failures = toasts.filter(isFailure)
  const passing = toasts.filter((toast) => !isFailure(toast))
  const latest = passing.at(-1)
  const undoable = passing.findLast(undoOf)
  const undone = toasts.findLast(undoOf)
  const undo = undone && undoOf(undone)
  useEffect(() => {
    // Failures stay until dismissed. Other messages expire together, but not while a visitor points at a message or focuses it.
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
  useShortcuts({ undo: undone && undo && doing(undone, undo) })
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
      {/* Always rendered: screen readers often skip a live region that appears together with its text. */}
      <div class="toasts-passing" aria-live="polite">
        {undoable !== latest && lineOf(undoable)}
        {lineOf(latest)}
      </div>
    </aside>
  )
}
