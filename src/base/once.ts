/** A value that is made when it is first needed. */

/** Gives a function that calls `make` at the first use and has its result from then on. A `make` that throws is called again. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
