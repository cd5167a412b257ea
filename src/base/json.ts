/** JSON of other programs. */

/**
 * Parses JSON; `undefined`, which JSON cannot express, for a text that is not JSON. Never throws. Takes linear time and no stack for
 * nested values, so callers bound the length of the text and nothing else.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
