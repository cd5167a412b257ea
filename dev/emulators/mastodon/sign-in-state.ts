/** Apps, codes and tokens of an emulated server. */

export interface App {
  secret: string
  redirectUri: string
  scopes: string
}

export interface Code {
  clientId: string
  accountId: string
  redirectUri: string
  scopes: string
  challenge: string | null
  at: number
}

export interface IssuedToken {
  clientId: string
  accountId: string
  scopes: string
  /** Milliseconds since 1970. `null`: never. */
  expiresAt: number | null
}

export interface SignIns {
  apps: Map<string, App>
  codes: Map<string, Code>
  tokens: Map<string, IssuedToken>
  /** Refresh tokens with the access token that each came with. Each works once. */
  refreshTokens: Map<string, IssuedToken>
  /** Beginning of secrets, codes and tokens. */
  prefix: string
}

/** Creates the state of the sign-ins. */
export function createSignIns(prefix = ''): SignIns {
  return { apps: new Map(), codes: new Map(), tokens: new Map(), refreshTokens: new Map(), prefix }
}
