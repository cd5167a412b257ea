/** What can be done with the photos that are marked, and what became of it. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { SignInLink } from '../account.tsx'
import type { Features } from '../api.ts'
import { CloseIcon, KeepIcon, RemoveIcon, RestoreIcon } from '../icons.tsx'
import type { Folder } from '../order.ts'
import { kindOf } from '../problem-kind.ts'
import { texts } from '../texts.ts'
import type { Bulk, BulkAction, BulkState } from './bulk.ts'
import { ConfirmDelete } from './confirm-delete.tsx'
import type { Selection } from './selection.ts'

export interface SelectionBarProps {
  selection: Selection
  bulk: Bulk
  state: BulkState | null
  features: Features
  folder: Folder
}

const words = texts.selection

/** What a folder's photos can be moved to, or how they go for good. */
export function actionsIn(folder: Folder, features: Features): BulkAction[] {
  const isRoot = folder === 'root'
  return [
    ...(isRoot && features.keep ? ['keep' as const] : []),
    ...(isRoot && features.remove ? ['remove' as const] : []),
    ...(isRoot ? [] : ['restore' as const]),
    ...(features.delete && (isRoot || features.library) ? ['delete' as const] : []),
  ]
}

export const actionIcons = { keep: KeepIcon, remove: RemoveIcon, restore: RestoreIcon, delete: RemoveIcon }

export function SelectionBar({ selection, bulk, state, features, folder }: SelectionBarProps) {
  const [isAsking, setAsking] = useState(false)
  useLeaveWarning(state?.isRunning === true)
  if (state) return <BulkResult bulk={bulk} state={state} canUndo={canUndo(state, features)} />
  const { size } = selection
  if (size === 0) return null
  const start = (action: BulkAction) => void bulk.run(action, selection.items())
  return (
    <div class="selection-bar" role="toolbar" aria-label={words.tools}>
      <button type="button" class="button icon" aria-label={words.clear} onClick={selection.clear}>
        <CloseIcon />
      </button>
      <p class="selected-count" role="status">
        {words.selected(size)}
      </p>
      <button type="button" class="button quiet" onClick={selection.all}>
        {words.all}
      </button>
      <div class="selection-actions">
        {actionsIn(folder, features).map((action) => {
          const ActionIcon = actionIcons[action]
          return (
            <button
              key={action}
              type="button"
              class={`button ${action === 'delete' ? 'danger' : ''}`}
              onClick={() => (action === 'delete' ? setAsking(true) : start(action))}
            >
              <ActionIcon />
              {words.actions[action]}
            </button>
          )
        })}
      </div>
      {isAsking && (
        <ConfirmDelete
          count={size}
          onAnswer={(isYes) => {
            setAsking(false)
            if (isYes) start('delete')
          }}
        />
      )}
    </div>
  )
}

/** What left a folder other than the inbox goes back there as a file of the library. */
export function canUndo({ action }: BulkState, features: Features): boolean {
  return features.library || action !== 'restore'
}

export function BulkResult({ bulk, state, canUndo }: { bulk: Bulk; state: BulkState; canUndo: boolean }) {
  const { action, isUndo, done, total, isRunning, failed, isTrial, moved } = state
  const bar = useRef<HTMLElement>(null)
  // The button that was pressed is gone; whoever goes on by keys goes on here.
  useEffect(() => bar.current?.focus({ preventScroll: true }), [])
  const summary = isRunning
    ? words.progress(done + failed.length, total)
    : isTrial
      ? words.trial
      : isUndo
        ? words.undone(done)
        : words.done[action](done)
  const [first] = failed
  return (
    <section class="selection-bar result" aria-label={words.result} ref={bar} tabIndex={-1}>
      {isRunning && <progress max={total} value={done + failed.length} aria-label={words.working} />}
      <p class="selected-count" role="status">
        {isRunning || done > 0 || failed.length === 0 ? summary : ''}{' '}
        {!isRunning && failed.length > 0 && <strong>{words.failed(failed.length)}</strong>}
      </p>
      {isRunning && (
        <button type="button" class="button" onClick={bulk.stop}>
          {words.stop}
        </button>
      )}
      {!isRunning && moved.length > 0 && !isUndo && canUndo && (
        <button type="button" class="button" onClick={() => void bulk.undo()}>
          {words.undo}
        </button>
      )}
      {!isRunning && failed.length > 0 && (
        <button type="button" class="button action" onClick={() => void bulk.retry()}>
          {texts.tryAgain}
        </button>
      )}
      {!isRunning && (
        <button type="button" class="button icon" aria-label={words.close} onClick={bulk.dismiss}>
          <CloseIcon />
        </button>
      )}
      {!isRunning && first && (
        <div class="failures">
          {kindOf(first.problem) === 'private' && <SignInLink className="button action" />}
          <ul>
            {failed.map(({ item, problem }) => (
              <li key={item.name}>
                <b>{item.name}</b>{' '}
                <span class="muted">{problem.detail ?? texts.problems[kindOf(problem)].title}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  )
}

/** Half-way is no good place to leave. */
function useLeaveWarning(isWorking: boolean): void {
  useEffect(() => {
    if (!isWorking) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [isWorking])
}
