/** Confirmation before a visitor leaves the page with unfinished work. */
import { useLayoutEffect } from 'preact/hooks'

/** Asks for confirmation before the page is left while `isUnderWay`. */
export function useLeaveWarning(isUnderWay: boolean): void {
  useLayoutEffect(() => {
    if (!isUnderWay) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [isUnderWay])
}
