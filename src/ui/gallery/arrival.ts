/** Arrival of a picture: a late picture fades in over its placeholder, an early picture simply appears. */
import { useRef, useState } from 'preact/hooks'

/** `settling` while the picture fades in. The placeholder stays until the picture is `there`. */
export type Arrival = 'awaited' | 'settling' | 'there'

/** Time after which a picture counts as late. Pictures from the browser's cache arrive earlier. */
const lateMs = 120

export interface UseArrival {
  arrival: Arrival
  /** Class of a picture that has come late (src/ui/gallery/picture.css). */
  fade: string
  onLoad: () => void
  onAnimationEnd: (event: AnimationEvent) => void
}

/** Tracks the picture of a component from its first render. */
export function useArrival(): UseArrival {
  const [arrival, setArrival] = useState<Arrival>('awaited')
  const since = useRef(performance.now())
  const isLate = useRef(false)
  return {
    arrival,
    // Stays after the fade, because another class would start another animation.
    fade: isLate.current ? 'settling-in' : '',
    onLoad() {
      if (arrival !== 'awaited') return
      isLate.current = performance.now() - since.current > lateMs
      setArrival(isLate.current ? 'settling' : 'there')
    },
    onAnimationEnd({ animationName }) {
      if (animationName === 'settle-in') setArrival('there')
    },
  }
}
