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

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
