/** List of keyboard shortcuts, opened by `?`. */
import './dialog.css'
import './shortcut-sheet.css'
import './toggle.css'
import { useRef, useState } from 'preact/hooks'
import { CloseIcon } from './icons.tsx'
import { areLettersOn, type Scope, type ShortcutName, shortcutList, turnLetters } from './keyboard.ts'
import { texts } from './texts.ts'
import { useDialog } from './use-dialog.ts'

const labels = texts.shortcuts
const keyTexts: Readonly<Record<string, string>> = labels.keys
const scopes: readonly Scope[] = ['everywhere', 'photo', 'grid', 'selection', 'tools']

export interface ShortcutSheetProps {
  isAdmin: boolean
  onClose: () => void
}

export function ShortcutSheet({ isAdmin, onClose }: ShortcutSheetProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [hasLetters, setLetters] = useState(areLettersOn)
  const closing = useDialog(dialog, onClose)
  return (
    <dialog class="dialog shortcuts" ref={dialog} aria-labelledby="shortcuts-title" {...closing}>
      <button type="button" class="button icon close" aria-label={labels.close} onClick={onClose}>
        <CloseIcon />
      </button>
      <h2 id="shortcuts-title">{labels.title}</h2>
      {scopes
        .filter((scope) => isAdmin || (scope !== 'tools' && scope !== 'selection'))
        .map((scope) => (
          <section key={scope} aria-labelledby={`keys-${scope}`}>
            <h3 id={`keys-${scope}`}>{labels.scopes[scope]}</h3>
            <dl>
              {shortcutList
                .filter(([, shortcut]) => shortcut.scope === scope)
                .map(([name, { keys }]) => (
                  <Row key={name} name={name} keys={keys} />
                ))}
            </dl>
          </section>
        ))}
      <label class="toggle">
        <input
          type="checkbox"
          checked={hasLetters}
          onChange={({ currentTarget }) => {
            turnLetters(currentTarget.checked)
            setLetters(currentTarget.checked)
          }}
        />
        {labels.letters}
      </label>
    </dialog>
  )
}

function Row({ name, keys }: { name: ShortcutName; keys: readonly string[] }) {
  return (
    <div>
      <dt>{labels.actions[name]}</dt>
      <dd>
        {keys.map((key) => (
          <kbd key={key}>{labelOf(key)}</kbd>
        ))}
      </dd>
    </div>
  )
}

/** Formats a key for display: `shift+x` as `Shift + X`. */
function labelOf(key: string): string {
  return key
    .split(/\+(?=.)/)
    .map((part) => keyTexts[part] ?? part.toUpperCase())
    .join(' + ')
}
