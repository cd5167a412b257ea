/** Time zone of the gallery, with the zone of this device as a suggestion. */
import type { SettingsStore } from '../settings-store.ts'
import { words } from '../words.ts'
import { Choice, textIn } from './field.tsx'

const path = 'content.time_zone'
let zones: readonly (readonly [string, string])[] | undefined

export function TimeZone({ store }: { store: SettingsStore }) {
  zones ??= Intl.supportedValuesOf('timeZone').map((zone) => [zone, zone.replaceAll('_', ' ')])
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <>
      <Choice store={store} path={path} blank={words.zone.none} choices={zones} />
      {!store.isLocked(path) && textIn(store, path) === '' && own && (
        <button type="button" class="button suggestion" onClick={() => store.set(path, own)}>
          {words.zone.suggest(own.replaceAll('_', ' '))}
        </button>
      )}
    </>
  )
}
