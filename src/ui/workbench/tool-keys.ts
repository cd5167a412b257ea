/** The admin's keys: K keeps, R removes, U undoes, P opens the sheet. Under the sheet they rest. */
import { useLayoutEffect } from 'preact/hooks'
import { isTyping } from '../keyboard.ts'

export interface ToolKeys {
  keep: () => void
  remove: () => void
  undo: () => void
  publish: () => void
}

export function useToolKeys(keys: ToolKeys): void {
  // Before the buttons are painted: who sees them may press their keys.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return
      const { keep: k, remove: r, undo: u, publish: p } = keys
      const action = { k, r, u, p }[event.key.toLowerCase()]
      if (!action) return
      event.preventDefault()
      action()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  })
}
