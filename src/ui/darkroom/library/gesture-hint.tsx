/** Hint at an invisible gesture, shown once per device with a touch screen. */
import './gesture-hint.css'
import { useLayoutEffect, useState } from 'preact/hooks'
import { texts } from '../../texts.ts'

const storageKey = 'gestures'
type HintName = keyof typeof texts.gestures.hints

/** Hints shown on this page, in case the browser forbids storage. */
let told: string[] = []

export function GestureHint({ name }: { name: HintName }) {
  const [isShown, setShown] = useState(() => matchMedia('(pointer: coarse)').matches && !isKnown(name))
  useLayoutEffect(() => {
    if (isShown) remember(name)
  }, [isShown, name])
  if (!isShown) return null
  return (
    <p class="gesture-hint" role="note">
      <span>{texts.gestures.hints[name]}</span>
      <button type="button" class="button quiet" onClick={() => setShown(false)}>
        {texts.gestures.close}
      </button>
    </p>
  )
}

function isKnown(name: string): boolean {
  try {
    return (localStorage.getItem(storageKey) ?? '').split(' ').includes(name)
  } catch {
    // The browser forbids storage to this page.
    return told.includes(name)
  }
}

function remember(name: string): void {
  told = [...told, name]
  try {
    const known = (localStorage.getItem(storageKey) ?? '').split(' ')
    localStorage.setItem(storageKey, [...new Set([...known, name])].join(' ').trim())
  } catch {
    // Storage is forbidden or full, so the next page shows the hint again.
  }
}
