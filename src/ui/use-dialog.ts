/** A modal dialog that closes by Escape and a tap beside it, and stays above the keyboard of a phone. */
import type { RefObject, TargetedEvent, TargetedMouseEvent } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

/** Opens it as long as it is there; the focus then goes back to where it was. Gives what the element listens to. */
export function useDialog(dialog: RefObject<HTMLDialogElement | null>, onClose: () => void) {
  const closed = useRef(onClose)
  closed.current = onClose
  // Before it is painted: the focus is still where it was when the sheet was asked for, and no key is lost between the two.
  useLayoutEffect(() => {
    const element = dialog.current
    const opener = document.activeElement
    element?.showModal()
    // Keys that mean something to the page do not while it rests, wherever a click has left the focus.
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.target instanceof Node && element?.contains(event.target))) event.stopPropagation()
    }
    document.addEventListener('keydown', onKeyDown, { capture: true })
    // Browsers may close a dialog without asking, as with Back on Android.
    const onClosed = () => closed.current()
    element?.addEventListener('close', onClosed)
    return () => {
      element?.removeEventListener('close', onClosed)
      document.removeEventListener('keydown', onKeyDown, { capture: true })
      element?.close()
      if (opener instanceof HTMLElement) opener.focus()
    }
  }, [dialog])
  useKeyboardRoom(dialog)
  return {
    onCancel(event: TargetedEvent<HTMLDialogElement>) {
      event.preventDefault()
      onClose()
    },
    onKeyDown: (event: KeyboardEvent) => event.stopPropagation(),
    onClick(event: TargetedMouseEvent<HTMLDialogElement>) {
      if (event.target === event.currentTarget) onClose()
    },
  }
}

/** Phones lay their keyboard over the page without telling its layout. `--covered`: how much of the window's lower end that is. */
function useKeyboardRoom(dialog: RefObject<HTMLDialogElement | null>): void {
  useEffect(() => {
    const viewport = visualViewport
    if (!viewport) return
    const makeRoom = () => {
      // Somebody who zooms in sees less, but nothing covers the page.
      const covered = viewport.scale > 1.01 ? 0 : innerHeight - viewport.height - viewport.offsetTop
      dialog.current?.style.setProperty('--covered', `${Math.max(0, Math.round(covered))}px`)
      dialog.current?.classList.toggle('typing', covered > 120)
      if (covered > 120) document.activeElement?.scrollIntoView({ block: 'nearest' })
    }
    makeRoom()
    viewport.addEventListener('resize', makeRoom)
    viewport.addEventListener('scroll', makeRoom)
    return () => {
      viewport.removeEventListener('resize', makeRoom)
      viewport.removeEventListener('scroll', makeRoom)
    }
  }, [dialog])
}
