/** Asks for confirmation before photos are deleted, because deleting cannot be undone. */
import '../../dialog.css'
import { useRef } from 'preact/hooks'
import { texts } from '../../texts.ts'
import { useDialog } from '../../use-dialog.ts'

const labels = texts.selection

export function ConfirmDelete({ count, onAnswer }: { count: number; onAnswer: (isYes: boolean) => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const closing = useDialog(dialog, () => onAnswer(false))
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="delete-title" {...closing}>
      <h2 id="delete-title">{labels.deleteTitle(count)}</h2>
      <p>{labels.deleteAdvice}</p>
      <div class="actions">
        <button type="button" class="button" onClick={() => onAnswer(false)}>
          {labels.deleteNo}
        </button>
        <button type="button" class="button danger" onClick={() => onAnswer(true)}>
          {labels.deleteYes(count)}
        </button>
      </div>
    </dialog>
  )
}
