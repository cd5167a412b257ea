/** Progress and results of an action on many photos. */
import './bulk-result.css'
import './selection-bar.css'
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { SignInLink } from '../../account/account.tsx'
import type { Features } from '../../account/account-api.ts'
import { CloseIcon } from '../../icons.tsx'
import { useShortcuts } from '../../keyboard.ts'
import { serverLanguage } from '../../problem.ts'
import { kindOf } from '../../problem-kind.ts'
import { texts } from '../../texts.ts'
import { useLeaveWarning } from '../leave-warning.ts'
import { canUndo } from './allowed-actions.ts'
import type { Bulk, BulkState } from './bulk.ts'

const labels = texts.selection

export interface BulkResultProps {
  bulk: Bulk
  state: BulkState
  features: Features
  /** Returns `true` once after work has begun: then the result takes the focus. */
  takesFocus: () => boolean
  /** True beside a photo, whose keys take precedence. */
  isAside: boolean
}

export function BulkResult({ bulk, state, features, takesFocus, isAside }: BulkResultProps) {
  const { action, isUndo, done, total, isRunning, failed, isTrial, moved } = state
  const bar = useRef<HTMLElement>(null)
  // The pressed button is gone, so keyboard users continue here.
  useEffect(() => {
    if (takesFocus()) bar.current?.focus({ preventScroll: true })
  }, [isRunning, takesFocus])
  useLeaveWarning(isRunning)
  useShortcuts({
    clearSelection: !isRunning && (({ target }) => (isAside && !isIn(bar, target) ? false : bulk.dismiss())),
  })
  const summary = isRunning
    ? labels.progress(done + failed.length, total)
    : isTrial
      ? labels.trial
      : isUndo
        ? labels.undone(done)
        : labels.done[action](done)
  const [first] = failed
  return (
    <section class="selection-bar result" aria-label={labels.result} ref={bar} tabIndex={-1}>
      {isRunning && <progress max={total} value={done + failed.length} aria-label={labels.working} />}
      <p class="selected-count" role="status">
        {isRunning || done > 0 || failed.length === 0 ? summary : ''}{' '}
        {!isRunning && failed.length > 0 && <strong>{labels.failed(failed.length)}</strong>}
      </p>
      {isRunning && (
        <button type="button" class="button" onClick={bulk.stop}>
          {labels.stop}
        </button>
      )}
      {!isRunning && moved.length > 0 && !isUndo && canUndo(state, features) && (
        <button type="button" class="button" onClick={() => void bulk.undo()}>
          {labels.undo}
        </button>
      )}
      {!isRunning && failed.length > 0 && (
        <button type="button" class="button action" onClick={() => void bulk.retry()}>
          {texts.tryAgain}
        </button>
      )}
      {!isRunning && (
        <button type="button" class="button icon" aria-label={labels.close} onClick={bulk.dismiss}>
          <CloseIcon />
        </button>
      )}
      {!isRunning && first && (
        <div class="failures">
          {kindOf(first.problem) === 'private' && <SignInLink className="button action" isInNewTab />}
          {kindOf(first.problem) === 'signInAgain' && (
            <>
              <p>{texts.problems.signInAgain.advice}</p>
              <SignInLink className="button action" isInNewTab isFresh />
            </>
          )}
          <ul>
            {failed.map(({ item, problem }) => (
              <li key={item.name}>
                <b>{item.name}</b>{' '}
                <span class="muted" lang={problem.detail === null ? undefined : serverLanguage}>
                  {problem.detail ?? texts.problems[kindOf(problem)].title}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  )
}

const isIn = (area: RefObject<HTMLElement | null>, target: EventTarget | null) =>
  target instanceof Node && area.current?.contains(target) === true
