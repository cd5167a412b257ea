/** Lists what another device changed, field by field, and lets the person choose. */
import { useEffect, useRef } from 'preact/hooks'
import type { Value } from './fields.ts'
import type { SettingsStore } from './settings-store.ts'
import { words } from './words.ts'

export function ForeignChanges({ store }: { store: SettingsStore }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const { foreign, draft } = store.state
  return (
    <section class="card warning" aria-labelledby="foreign-title">
      <h2 id="foreign-title" tabIndex={-1} ref={heading}>
        {words.foreign.title}
      </h2>
      <p>{words.foreign.advice}</p>
      <ul class="foreign">
        {foreign.map(({ path, theirs }) => (
          <li key={path}>
            <h3>{words.fieldName(path)}</h3>
            <dl>
              <div>
                <dt>{words.foreign.theirs}</dt>
                <dd>{textOfValue(theirs)}</dd>
              </div>
              {path in draft && (
                <div>
                  <dt>{words.foreign.mine}</dt>
                  <dd>{textOfValue(draft[path] ?? null)}</dd>
                </div>
              )}
            </dl>
            {path in draft && (
              <button type="button" class="button" onClick={() => store.discard(path)}>
                {words.foreign.takeTheirs}
                <span class="visually-hidden"> {words.fieldName(path)}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      <div class="actions">
        <button type="button" class="button" onClick={store.closeForeign}>
          {Object.keys(draft).length > 0 ? words.foreign.keepMine : words.close}
        </button>
      </div>
    </section>
  )
}

/** Formats a value for people. */
export function textOfValue(value: Value): string {
  if (value === null || value === '') return words.foreign.empty
  if (typeof value === 'boolean') return value ? words.on : words.off
  if (typeof value === 'object') return value.length === 0 ? words.foreign.empty : value.join(' · ')
  return String(value)
}
