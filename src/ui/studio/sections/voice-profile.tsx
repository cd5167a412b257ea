/** List of sample captions in the photographer's own voice. */
import { useLayoutEffect, useRef } from 'preact/hooks'
import { CloseIcon } from '../../icons.tsx'
import type { SettingsStore } from '../settings-store.ts'
import { words } from '../words.ts'
import { LockedField } from './field.tsx'

const path = 'content.voice_profile'
/** Upper bound of the configuration. */
const maxSamples = 20

export function VoiceProfile({ store }: { store: SettingsStore }) {
  const value = store.value(path)
  const samples: readonly string[] = Array.isArray(value) ? value : []
  const field = useRef<HTMLFieldSetElement>(null)
  /** Index of the sample that takes the focus after the next change; `null` leaves the focus. */
  const focused = useRef<number | null>(null)
  useLayoutEffect(() => {
    if (focused.current === null) return
    const areas = field.current?.querySelectorAll('textarea')
    const target =
      areas?.[Math.min(focused.current, areas.length - 1)] ?? field.current?.querySelector('.add')
    if (target instanceof HTMLElement) target.focus()
    focused.current = null
  })
  if (store.isLocked(path)) return <LockedField store={store} path={path} />
  const set = (changed: readonly string[], focus: number | null) => {
    focused.current = focus
    store.set(path, changed)
  }
  return (
    <fieldset class="field voice" ref={field}>
      <legend>{words.fields[path]}</legend>
      <p class="muted hint">{words.fieldHints[path]}</p>
      <ul>
        {samples.map((sample, index) => (
          <li key={index}>
            <textarea
              aria-label={words.voice.label(index + 1)}
              rows={2}
              maxLength={2000}
              value={sample}
              onInput={({ currentTarget }) => set(samples.with(index, currentTarget.value), null)}
            />
            <button
              type="button"
              class="button icon"
              aria-label={words.voice.remove(index + 1)}
              title={words.voice.remove(index + 1)}
              onClick={() => set(samples.toSpliced(index, 1), index)}
            >
              <CloseIcon />
            </button>
          </li>
        ))}
      </ul>
      {samples.length < maxSamples ? (
        <button type="button" class="button add" onClick={() => set([...samples, ''], samples.length)}>
          {words.voice.add}
        </button>
      ) : (
        <p class="muted">{words.voice.full}</p>
      )}
    </fieldset>
  )
}
