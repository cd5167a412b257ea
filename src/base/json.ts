/** Parses JSON from other programs. */

/**
 * Parses JSON. Returns `undefined`, which JSON cannot express, if the text is not JSON. Never throws. Takes linear time and
 * does not recurse into nested values, so callers need to limit only the length of the text.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
