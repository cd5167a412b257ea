/** Delay of picture requests during fast scrolling. */

export interface Calm {
  /** Reports the scroll position and the height of the scroll frame. */
  moved(top: number, height: number): void
  /** Resolves when fast scrolling has stopped; `null` if no wait is needed. */
  soon(): Promise<void> | null
  end(): void
}

/** Time without fast scrolling after which pictures are requested. */
const flyingMs = 150

export function createCalm(): Calm {
  let last = 0
  let waiting: PromiseWithResolvers<void> | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    moved(top, height) {
      const isFast = Math.abs(top - last) > height / 4
      last = top
      if (!isFast) return
      // All tiles share one promise, so that they render together.
      waiting ??= Promise.withResolvers()
      clearTimeout(timer)
      timer = setTimeout(() => {
        waiting?.resolve()
        waiting = null
      }, flyingMs)
    },
    soon: () => waiting?.promise ?? null,
    end: () => clearTimeout(timer),
  }
}
