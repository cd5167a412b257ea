/** Scopes of service tokens, and the scope that each call needs. */

export const scopes = ['runtime', 'credentials', 'usage', 'studio', 'schedule'] as const
export type Scope = (typeof scopes)[number]

/** Scopes by the first segment of the path below `/v1/`. */
const scopeOfSegment: Readonly<Record<string, Scope>> = {
  runtime: 'runtime',
  claims: 'runtime',
  credentials: 'credentials',
  billing: 'usage',
  studio: 'studio',
  schedule: 'schedule',
  deliveries: 'schedule',
}

/** Returns the scope that a path needs. Returns `undefined` for a path without a call. */
export function scopeOf(path: string): Scope | undefined {
  const segment = path.split('/', 3)[2] ?? ''
  return Object.hasOwn(scopeOfSegment, segment) ? scopeOfSegment[segment] : undefined
}
