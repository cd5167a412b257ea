/** Creates values on first use. */

/** Returns a function that calls `make` on first use and caches the result. If `make` throws, the next call runs it again. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Returns a function that calls `load` on first use and shares its promise. If `load` rejects, the next call runs it again. */
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
