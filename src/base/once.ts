/** A value that is made when it is first needed. */

/** Gives a function that calls `make` at the first use and has its result from then on. A `make` that throws is called again. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Gives a function that calls `load` at the first use and shares its result. A `load` that rejects is called again at the next use. */
export function onceLoaded<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return loading
  }
}
