/** Every key of the page: one table that the handlers act by and that the sheet of shortcuts shows. */
import { useLayoutEffect, useRef } from 'preact/hooks'

export type Scope = 'everywhere' | 'photo' | 'tools' | 'grid' | 'selection'

interface Shortcut {
  scope: Scope
  /** As {@link pressed} writes them. */
  keys: readonly string[]
}

/** Where two have the same key, the upper one comes first; the other has its turn when that one had nothing to do. */
export const shortcuts = {
  keep: { scope: 'tools', keys: ['k'] },
  remove: { scope: 'tools', keys: ['r'] },
  undo: { scope: 'tools', keys: ['u'] },
  publish: { scope: 'tools', keys: ['p'] },
  select: { scope: 'selection', keys: ['x', ' '] },
  extendSelection: { scope: 'selection', keys: ['shift+x', 'shift+ '] },
  selectAll: { scope: 'selection', keys: ['ctrl+a'] },
  clearSelection: { scope: 'selection', keys: ['escape'] },
  gridMove: { scope: 'grid', keys: ['arrowleft', 'arrowright', 'arrowup', 'arrowdown'] },
  gridPage: { scope: 'grid', keys: ['pageup', 'pagedown'] },
  gridEnd: { scope: 'grid', keys: ['home', 'end'] },
  openPhoto: { scope: 'grid', keys: ['enter'] },
  search: { scope: 'grid', keys: ['/'] },
  zoomPan: { scope: 'photo', keys: ['arrowleft', 'arrowright', 'arrowup', 'arrowdown'] },
  zoom: { scope: 'photo', keys: ['z'] },
  zoomIn: { scope: 'photo', keys: ['+', '='] },
  zoomOut: { scope: 'photo', keys: ['-'] },
  zoomWhole: { scope: 'photo', keys: ['0', 'escape'] },
  next: { scope: 'photo', keys: ['arrowright', ' '] },
  previous: { scope: 'photo', keys: ['arrowleft'] },
  details: { scope: 'photo', keys: ['i'] },
  close: { scope: 'photo', keys: ['escape'] },
  toggleGrid: { scope: 'everywhere', keys: ['g'] },
  help: { scope: 'everywhere', keys: ['?'] },
} as const satisfies Readonly<Record<string, Shortcut>>

export type ShortcutName = keyof typeof shortcuts

/** The table, in its order. */
export const shortcutList: readonly [ShortcutName, Shortcut][] = Object.entries(shortcuts) as [
  ShortcutName,
  Shortcut,
][]

/** `false`: there was nothing to do. The key is then the next one's, or the browser's. */
// biome-ignore lint/suspicious/noConfusingVoidType: most actions say nothing
export type ShortcutAction = (event: KeyboardEvent) => boolean | void

export type ShortcutActions = Partial<Record<ShortcutName, ShortcutAction | false | null | undefined>>

const holders = new Set<{ current: ShortcutActions }>()

/** While the component is there, these keys do this, wherever the focus is. */
export function useShortcuts(actions: ShortcutActions): void {
  const latest = useRef(actions)
  // Before anything is painted: who sees a button may press its key.
  useLayoutEffect(() => {
    latest.current = actions
  })
  useLayoutEffect(() => {
    if (holders.size === 0) document.addEventListener('keydown', onKeyDown)
    holders.add(latest)
    return () => {
      holders.delete(latest)
      if (holders.size === 0) document.removeEventListener('keydown', onKeyDown)
    }
  }, [])
}

function onKeyDown(event: KeyboardEvent): void {
  // What lies over the page has the keys, and the browser closes it by Escape.
  if (event.defaultPrevented || document.querySelector('dialog[open], :popover-open')) return
  const key = pressed(event)
  const isWriting = isTyping(event.target)
  for (const [name, { keys }] of shortcutList) {
    if (!keys.includes(key) || isWriting || !isAllowed(key, event.target)) continue
    for (const { current } of holders) {
      const action = current[name]
      if (!action || action(event) === false) continue
      if (key !== 'escape') event.preventDefault()
      return
    }
  }
}

/** The key as the table has it. Shift is told of letters, Space and named keys only: `?` is a key of its own on some keyboards. */
function pressed({ key, altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent): string {
  const hasShift = shiftKey && (key.length > 1 || key === ' ' || key.toLowerCase() !== key.toUpperCase())
  const control = ctrlKey || metaKey ? 'ctrl+' : ''
  return `${control}${altKey ? 'alt+' : ''}${hasShift ? 'shift+' : ''}${key.toLowerCase()}`
}

function isAllowed(key: string, target: EventTarget | null): boolean {
  if (key.endsWith(' ')) return !usesSpace(target)
  return !isCharacter(key) || areLettersOn()
}

const isCharacter = (key: string) => key.replace('shift+', '').length === 1

/** Letters belong to whoever is writing. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null
}

/** A button is pressed by Space, and the details are scrolled by it. */
function usesSpace(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a:not(.tile), .details') !== null
}

const storageKey = 'shortcuts'
let letters: boolean | null = null

/** Whether single letters do something (WCAG 2.2, 2.1.4: people who speak to their computer have to be able to turn that off). */
export function areLettersOn(): boolean {
  try {
    letters ??= localStorage.getItem(storageKey) !== 'off'
  } catch {
    // The browser forbids storage to this page.
    letters = true
  }
  return letters
}

export function turnLetters(isOn: boolean): void {
  letters = isOn
  try {
    localStorage.setItem(storageKey, isOn ? 'on' : 'off')
  } catch {
    // Storage is forbidden or full: the choice then lasts as long as the page.
  }
}
