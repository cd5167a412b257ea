import type { ConnectionsStore } from './connections-store.ts'
import type { SettingsStore } from './settings-store.ts'

/** State that the sections of the settings page share. */
export interface PageProps {
  store: SettingsStore
  connections: ConnectionsStore
}
