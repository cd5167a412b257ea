/** Accounts of the Bluesky server, with an app password each. */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'

export interface PdsAccount {
  handle: string
  did: string
  /** Password of the account itself, for the sign-in pages. */
  password: string
  appPassword: string
  /** Removes the app password, as the account's owner does in the settings of the app. */
  revokeAppPassword(): Promise<void>
}

const sessionSchema = z.object({ did: z.string(), accessJwt: z.string() })
const appPasswordSchema = z.object({ password: z.string() })
const appPasswordName = 'Publisher'

/** Returns the handle of the account of this name. */
export function handleOf(name: string): string {
  return `${name}.test`
}

/** Creates the account `<name>.test` and an app password. */
export async function openAccount(server: string, name: string): Promise<PdsAccount> {
  const handle = handleOf(name)
  const call = async (method: string, input: object, token?: string): Promise<unknown> => {
    const response = await fetch(`${server}/xrpc/com.atproto.server.${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(input),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} was answered ${response.status}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
  const password = randomBytes(16).toString('hex')
  const owner = sessionSchema.parse(
    await call('createAccount', { handle, email: `${name}@example.org`, password }),
  )
  const made = await call('createAppPassword', { name: appPasswordName }, owner.accessJwt)
  return {
    handle,
    did: owner.did,
    password,
    appPassword: appPasswordSchema.parse(made).password,
    async revokeAppPassword() {
      await call('revokeAppPassword', { name: appPasswordName }, owner.accessJwt)
    },
  }
}
