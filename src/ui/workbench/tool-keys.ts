/** The admin's keys, as the table of shortcuts has them. */
import { useShortcuts } from '../keyboard.ts'

export interface ToolKeys {
  keep: () => void
  remove: () => void
  publish: () => void
  close: () => void
}

export function useToolKeys({ keep, remove, publish, close }: ToolKeys): void {
  // Only a sheet that is open takes Escape away from what lies below it.
  const closeSheet = () => (document.querySelector('.sheet') ? close() : false)
  useShortcuts({ keep, remove, publish, closeSheet })
}
