/** Keys that work wherever the focus is. */
import { useEffect } from 'preact/hooks'

export interface Shortcuts {
  next: () => void
  previous: () => void
  toggleDetails: () => void
  closeDetails: () => void
}

/** Space and the right arrow go on, the left arrow goes back, I opens and closes the details, Escape closes them. */
export function useShortcuts(shortcuts: Shortcuts): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // With a modifier a key is the browser's: Alt+ArrowLeft already goes back.
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
      const action = actionOf(event, shortcuts)
      if (!action) return
      // The browser closes menus by Escape as well.
      if (event.key !== 'Escape') event.preventDefault()
      action()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  })
}

function actionOf({ key, target }: KeyboardEvent, shortcuts: Shortcuts): (() => void) | undefined {
  if (isTyping(target)) return undefined
  switch (key.toLowerCase()) {
    case 'arrowright':
      return shortcuts.next
    case ' ':
      return usesSpace(target) ? undefined : shortcuts.next
    case 'arrowleft':
      return shortcuts.previous
    case 'i':
      return shortcuts.toggleDetails
    case 'escape':
      return shortcuts.closeDetails
    default:
      return undefined
  }
}

/** Letters belong to whoever is writing. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null
}

/** A button is pressed by Space, and the details are scrolled by it. */
function usesSpace(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a, .details') !== null
}
