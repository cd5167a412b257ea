/** The focus when a part of the page opens or closes. */
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

/** Gives the focus to the button that opened the details, when the focus was lost with them. */
export function useFocusAfter(isOpen: boolean, button: RefObject<HTMLButtonElement | null>): void {
  const wasOpen = useRef(isOpen)
  useLayoutEffect(() => {
    const { activeElement } = document
    const isLost = activeElement === document.body || activeElement?.closest('.details')
    if (wasOpen.current && !isOpen && isLost) button.current?.focus()
    wasOpen.current = isOpen
  }, [isOpen, button])
}

/** Gives the focus to the photo after the grid. */
export function useFocusOnPhoto(isGrid: boolean): void {
  const wasGrid = useRef(isGrid)
  useEffect(() => {
    if (wasGrid.current && !isGrid) document.querySelector<HTMLElement>('.stage')?.focus()
    wasGrid.current = isGrid
  }, [isGrid])
}

/** Moves the focus to the photo or the tiles. A link would change the address, which is the photo's. */
export function skipToContent(): void {
  const main = document.querySelector<HTMLElement>('.page:not([hidden]) > main')
  const target = main?.querySelector<HTMLElement>('a.tile[tabindex="0"]') ?? main
  target?.focus()
}
