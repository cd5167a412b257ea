/** Bar at the bottom of the window: unsaved changes, the outcome of saving, and the button that saves. */
import { ProblemLine } from './problem-line.tsx'
import type { SettingsStore } from './settings-store.ts'
import { words } from './words.ts'

export function SaveBar({ store }: { store: SettingsStore }) {
  const { draft, isSaving, isSaved, problem } = store.state
  const count = Object.keys(draft).length
  const text = isSaving
    ? words.bar.saving
    : count > 0
      ? words.bar.changes(count)
      : isSaved
        ? words.bar.saved
        : ''
  return (
    <div class={text || problem ? 'save-bar shown' : 'save-bar'}>
      {problem && <ProblemLine problem={problem} />}
      <div class="save-row">
        <p role="status">{text}</p>
        {count > 0 && (
          <>
            <button type="button" class="button quiet" onClick={() => store.discard()}>
              {words.bar.discard}
            </button>
            <button
              type="button"
              class="button action"
              aria-busy={isSaving}
              // Not `disabled`, which would drop the focus when saving fails.
              aria-disabled={isSaving}
              onClick={() => void store.save()}
            >
              {words.bar.save}
            </button>
          </>
        )}
      </div>
    </div>
  )
}
