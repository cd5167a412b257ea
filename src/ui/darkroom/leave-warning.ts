/** Half-way through work is no good place to leave the page. */
import { useLayoutEffect } from 'preact/hooks'

/** Asks before the page is left while something is under way. */
export function useLeaveWarning(isUnderWay: boolean): void {
  useLayoutEffect(() => {
    if (!isUnderWay) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [isUnderWay])
}
