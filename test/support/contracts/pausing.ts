/** Pauses for interleavings of two processes. */

/** Pauses before the nth call until `goOn` is called. */
export function pauseBefore(nth: number) {
  const reached = Promise.withResolvers<void>()
  const permission = Promise.withResolvers<void>()
  let calls = 0
  return {
    reached: reached.promise,
    goOn: () => permission.resolve(),
    async before() {
      if (++calls !== nth) return
      reached.resolve()
      await permission.promise
    },
  }
}
