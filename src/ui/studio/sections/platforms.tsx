/** Channels that a new publication selects. */
import type { Connection } from '../answers.ts'
import type { PageProps } from '../page-props.ts'
import { words } from '../words.ts'
import { LockedField } from './field.tsx'

const path = 'content.default_platforms'

export function Platforms({ store, connections }: PageProps) {
  const value = store.value(path)
  const chosen = Array.isArray(value) ? value : []
  const known = (connections.state.list ?? []).filter(isChannel).map(({ provider }) => nameOf(provider))
  const names = [...new Set([...known, ...chosen])]
  if (store.isLocked(path)) return <LockedField store={store} path={path} />
  if (names.length === 0) return null
  return (
    <fieldset class="field">
      <legend>{words.fields[path]}</legend>
      {names.map((name) => (
        <label class="toggle" key={name}>
          <input
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={({ currentTarget: { checked } }) =>
              store.set(path, checked ? [...chosen, name] : chosen.filter((other) => other !== name))
            }
          />
          {words.platformName(name)}
        </label>
      ))}
    </fieldset>
  )
}

/** Mail is a channel too: FetLife takes photos by mail. */
const isChannel = ({ use, state }: Connection) =>
  (use === 'channel' || use === 'mail') && state !== 'not_connected'

const nameOf = (provider: string) => (provider === 'smtp' ? 'email' : provider)
