/** Focus after a part of the page opens or closes. */
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

/** Returns the focus to the details button when the details close with the focus in them. */
export function useFocusAfter(isOpen: boolean, button: RefObject<HTMLButtonElement | null>): void {
  const wasOpen = useRef(isOpen)
  useLayoutEffect(() => {
    const { activeElement } = document
    const isLost = activeElement === document.body || activeElement?.closest('.details')
    if (wasOpen.current && !isOpen && isLost) button.current?.focus()
    wasOpen.current = isOpen
  }, [isOpen, button])
}

/** Moves the focus to the photo when the grid closes. */
export function useFocusOnPhoto(isGrid: boolean): void {
  const wasGrid = useRef(isGrid)
  useEffect(() => {
    if (wasGrid.current && !isGrid) document.querySelector<HTMLElement>('.stage')?.focus()
    wasGrid.current = isGrid
  }, [isGrid])
}

/** Moves the focus to the photo or the tiles. A link would replace the photo in the address. */
export function skipToContent(): void {
  const main = document.querySelector<HTMLElement>('.page:not([hidden]) > main')
  const target = main?.querySelector<HTMLElement>('a.tile[tabindex="0"]') ?? main
  target?.focus()
}
