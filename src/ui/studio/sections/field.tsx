/** Fields of settings: label, hint, the control, and words for fields that only the operator changes. */
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import type { FieldPath } from '../fields.ts'
import { textOfValue } from '../foreign-changes.tsx'
import type { SettingsStore } from '../settings-store.ts'
import { words } from '../words.ts'

export interface FieldProps {
  store: SettingsStore
  path: FieldPath
}

interface ControlProps {
  id: string
  'aria-describedby': string | undefined
}

interface FrameProps extends FieldProps {
  /** Words for the value of a locked field. */
  text?: string | undefined
  control: (props: ControlProps) => ComponentChildren
}

/** Label, control and hint of a field. A locked field is text. */
export function FieldFrame({ store, path, control, text }: FrameProps) {
  const id = useId()
  const hint = words.fieldHints[path]
  const label = words.fields[path]
  if (store.isLocked(path)) return <LockedField store={store} path={path} text={text} />
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {control({ id, 'aria-describedby': hint ? `${id}-hint` : undefined })}
      {hint && (
        <p class="muted hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

/** A field that only the operator changes. `text` replaces the value where it is a name of the program. */
export function LockedField({ store, path, text }: FieldProps & { text?: string | undefined }) {
  return (
    <dl class="field locked">
      <div>
        <dt>{words.fields[path]}</dt>
        <dd>{text ?? textOfValue(store.value(path))}</dd>
        <dd class="muted hint">{words.locked}</dd>
      </div>
    </dl>
  )
}

export function TextField({ store, path, maxLength }: FieldProps & { maxLength: number }) {
  return (
    <FieldFrame
      store={store}
      path={path}
      control={(props) => (
        <input
          {...props}
          type="text"
          maxLength={maxLength}
          value={textIn(store, path)}
          onInput={({ currentTarget }) => store.set(path, currentTarget.value)}
        />
      )}
    />
  )
}

export function TextArea({ store, path, rows }: FieldProps & { rows: number }) {
  return (
    <FieldFrame
      store={store}
      path={path}
      control={(props) => (
        <textarea
          {...props}
          rows={rows}
          maxLength={20_000}
          value={textIn(store, path)}
          onInput={({ currentTarget }) => store.set(path, currentTarget.value)}
        />
      )}
    />
  )
}

export interface ChoiceProps extends FieldProps {
  /** Values with their labels. */
  choices: readonly (readonly [value: string, label: string])[]
  /** Label of the default. */
  blank: string
}

export function Choice({ store, path, choices, blank }: ChoiceProps) {
  const value = textIn(store, path)
  const label = choices.find(([known]) => known === value)?.[1]
  const isKnown = value === '' || label !== undefined
  return (
    <FieldFrame
      store={store}
      path={path}
      text={label}
      control={(props) => (
        <select
          {...props}
          value={value}
          onChange={({ currentTarget }) => store.set(path, currentTarget.value)}
        >
          <option value="">{blank}</option>
          {!isKnown && <option value={value}>{value}</option>}
          {choices.map(([choice, name]) => (
            <option key={choice} value={choice}>
              {name}
            </option>
          ))}
        </select>
      )}
    />
  )
}

export function Toggle({ store, path }: FieldProps) {
  const id = useId()
  if (store.isLocked(path)) return <LockedField store={store} path={path} />
  const hint = words.fieldHints[path]
  return (
    <div class="field">
      <label class="toggle">
        <input
          type="checkbox"
          aria-describedby={hint && id}
          checked={store.value(path) === true}
          onChange={({ currentTarget }) => store.set(path, currentTarget.checked)}
        />
        {words.fields[path]}
      </label>
      {hint && (
        <p class="muted hint" id={id}>
          {hint}
        </p>
      )}
    </div>
  )
}

export function textIn(store: SettingsStore, path: FieldPath): string {
  const value = store.value(path)
  return typeof value === 'string' ? value : ''
}
