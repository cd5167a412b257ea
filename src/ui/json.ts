/** Checks of JSON from the server. The server validates its own answers, so the bundle needs no schema library. */

/** Parses the body. Resolves with `null` for a body that is incomplete or not JSON. */
export async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return null
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string')
}

/** Returns a list of any values; empty for another value. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Returns a filled text; `undefined` for another value. */
export const filledText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
