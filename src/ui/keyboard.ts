/** Table of all keyboard shortcuts, shared by the key handlers and the list of shortcuts. */
import { useLayoutEffect, useRef } from 'preact/hooks'

export type Scope = 'everywhere' | 'photo' | 'tools' | 'grid' | 'selection'

interface Shortcut {
  scope: Scope
  /** Keys in the form of {@link pressed}. */
  keys: readonly string[]
}

/** Shortcuts in order of precedence. If several share a key, the first whose action has something to do runs. */
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

/** Entries of the table in its order. */
export const shortcutList: readonly [ShortcutName, Shortcut][] = Object.entries(shortcuts) as [
  ShortcutName,
  Shortcut,
][]

/** Action of a shortcut. Returns `false` if there was nothing to do, which passes the key to the next shortcut or the browser. */
// biome-ignore lint/suspicious/noConfusingVoidType: most actions return nothing
export type ShortcutAction = (event: KeyboardEvent) => boolean | void

export type ShortcutActions = Partial<Record<ShortcutName, ShortcutAction | false | null | undefined>>

const holders = new Set<{ current: ShortcutActions }>()

/** Registers shortcuts while the component is mounted, regardless of the focus. */
export function useShortcuts(actions: ShortcutActions): void {
  const latest = useRef(actions)
  // Layout effects, because a key may be pressed as soon as its button is visible.
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
  // Open dialogs and popovers get all keys, and the browser closes them on Escape.
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

/** Returns the key in the form of the table. Omits Shift with other characters, because `?` needs no Shift on some keyboards. */
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

/** True for fields in which a visitor may type. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null
}

/** True if Space would press a button or scroll the details. */
function usesSpace(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a:not(.tile), .details') !== null
}

const storageKey = 'shortcuts'
let letters: boolean | null = null

/** True if single-letter shortcuts are on. WCAG 2.2 (2.1.4) requires a switch, for people who use speech input. */
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
    // Storage is forbidden or full, so the choice lasts only as long as the page.
  }
}
