/** The admin's keys: K keeps, R removes, P opens the sheet, Escape closes it. */
import { useLayoutEffect } from 'preact/hooks'
import { isTyping } from '../keyboard.ts'

export interface ToolKeys {
  keep: () => void
  remove: () => void
  publish: () => void
  close: () => void
}

export function useToolKeys(keys: ToolKeys): void {
  // Before the buttons are painted: who sees them may press their keys.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
      if (event.key === 'Escape') return keys.close()
      if (isTyping(event.target)) return
      const action = { k: keys.keep, r: keys.remove, p: keys.publish }[event.key.toLowerCase()]
      if (!action) return
      event.preventDefault()
      action()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  })
}
