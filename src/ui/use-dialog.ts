/** Modal dialog that closes on Escape or on a tap beside it, and stays above a phone's keyboard. */
import type { RefObject, TargetedEvent, TargetedMouseEvent } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

/** Opens the dialog while it is mounted, then restores the focus. Returns the listeners for the `dialog` element. */
export function useDialog(dialog: RefObject<HTMLDialogElement | null>, onClose: () => void) {
  const closed = useRef(onClose)
  closed.current = onClose
  // A layout effect: the focus is still on the opener, and no key press is lost before the dialog opens.
  useLayoutEffect(() => {
    const element = dialog.current
    const opener = document.activeElement
    element?.showModal()
    // Keeps keys from the page below, even if a click has moved the focus out of the dialog.
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.target instanceof Node && element?.contains(event.target))) event.stopPropagation()
    }
    document.addEventListener('keydown', onKeyDown, { capture: true })
    // Browsers may close a dialog on their own, for example when an Android user presses Back.
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

/** Sets `--covered` to the height that a phone's keyboard covers, because the keyboard does not change the page's layout. */
function useKeyboardRoom(dialog: RefObject<HTMLDialogElement | null>): void {
  useEffect(() => {
    const viewport = visualViewport
    if (!viewport) return
    const makeRoom = () => {
      // Zooming in also shrinks the viewport, but nothing covers the page.
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
