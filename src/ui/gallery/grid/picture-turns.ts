/** Order of picture requests: pictures in sight first, those just outside only once all in sight have arrived. */

export interface PictureTurns {
  /** Registers a picture in sight. Returns a function that ends its turn, when it has arrived, broken or left. */
  begin(): () => void
  /** Calls back as soon as no picture in sight is awaited, at once if there is none. Returns a function that cancels. */
  whenIdle(callback: () => void): () => void
}

export function createPictureTurns(): PictureTurns {
  const inSight = new Set<object>()
  const waiting = new Set<() => void>()

  function end(turn: object): void {
    if (!inSight.delete(turn) || inSight.size > 0) return
    const callbacks = [...waiting]
    waiting.clear()
    for (const callback of callbacks) callback()
  }

  return {
    begin() {
      const turn = {}
      inSight.add(turn)
      return () => end(turn)
    },
    whenIdle(callback) {
      if (inSight.size === 0) callback()
      else waiting.add(callback)
      return () => waiting.delete(callback)
    },
  }
}
