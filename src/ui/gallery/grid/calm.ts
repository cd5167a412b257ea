/** While the wall flies by, pictures wait a moment before they are asked for. */

export interface Calm {
  /** The wall is there now, a frame of this height. */
  moved(top: number, height: number): void
  /** When tiles that appear now will have stood for a moment; `null` where they do already. */
  soon(): Promise<void> | null
  end(): void
}

/** As long as it takes to see that nobody stops here. */
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
      // All tiles wait for the same moment, so that they are drawn together.
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
