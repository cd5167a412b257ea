/** Life of tokens: checks and renews connections in time, one process at a time. */
import type { PeopleServices } from '../people-services.ts'

export interface TokenLife {
  /** Resolves when no check runs any more. */
  close(): Promise<void>
}

export function startTokenLife(_services: PeopleServices): TokenLife {
  return { close: async () => undefined }
}
