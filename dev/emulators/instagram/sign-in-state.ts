/** Codes and tokens of the people who signed in at the emulator. */

/** App that the operator registered. */
export interface InstagramApp {
  id: string
  secret: string
}

export const defaultApp: InstagramApp = { id: 'instagram-app', secret: 'instagram-app-secret' }

export interface Code {
  userId: string
  redirectUri: string
  permissions: readonly string[]
  at: number
  isUsed: boolean
}

export interface IssuedToken {
  userId: string
  kind: 'short' | 'long'
  permissions: readonly string[]
  issuedAt: number
  expiresAt: number
}

export interface SignIns {
  app: InstagramApp
  codes: Map<string, Code>
  tokens: Map<string, IssuedToken>
  /** Beginning of codes and tokens. */
  prefix: string
  /** True: answers of the first exchange come in `data`. */
  wrapsTokens: boolean
}

/** Creates the state of the sign-ins. */
export function createSignIns(app: InstagramApp = defaultApp, prefix = 'IG', wrapsTokens = false): SignIns {
  return { app, prefix, wrapsTokens, codes: new Map(), tokens: new Map() }
}
