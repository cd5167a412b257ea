/** `token create`, `token revoke`, `token list`. */
import { type Scope, scopes } from '../contract/scopes.ts'
import { createToken, listTokens, revokeToken } from '../tokens/changes.ts'
import { type CommandContext, operator, printJson, UsageError, withStore } from './context.ts'

export interface NewTokenArguments {
  name: string
  /** Scopes, separated by commas. */
  scopes: string
  /** ISO 8601. */
  expires?: string | undefined
}

const nameForm = /^[\w.@-]{1,64}$/

/** Creates a token and prints it alone on the last line. It cannot be shown again. */
export async function createTokenCommand(context: CommandContext, given: NewTokenArguments): Promise<void> {
  const { name } = given
  if (!nameForm.test(name)) throw new UsageError('A name has 1 to 64 letters, digits, and . _ @ -')
  const expiresAt = given.expires === undefined ? undefined : expiryOf(given.expires)
  const token = { name, scopes: scopesOf(given.scopes), expiresAt }
  const text = await withStore(context, ({ database }) => createToken(database, token, operator(context)))
  context.say(`This is the token ${name}. It is shown only once.`)
  context.print(text)
}

/** Revokes a token. Running processes refuse it within a second. */
export async function revokeTokenCommand(context: CommandContext, name: string): Promise<void> {
  await withStore(context, ({ database }) => revokeToken(database, name, operator(context)))
  printJson(context, { revoked: name })
}

/** Prints all tokens without their texts. */
export async function listTokensCommand(context: CommandContext): Promise<void> {
  const tokens = await withStore(context, ({ database }) => listTokens(database))
  printJson(
    context,
    tokens.map((token) => ({ ...token, scopes: token.scopes.split(',') })),
  )
}

function scopesOf(list: string): Scope[] {
  const wanted = list.split(',').map((scope) => scope.trim())
  const known = scopes.filter((scope) => wanted.includes(scope))
  const unknown = wanted.filter((scope) => !known.some((name) => name === scope))
  if (unknown.length > 0)
    throw new UsageError(`Unknown scopes: ${unknown.join(', ')}. Known: ${scopes.join(', ')}`)
  return known
}

function expiryOf(text: string): Date {
  const time = new Date(text)
  if (Number.isNaN(time.getTime()) || time.getTime() <= Date.now())
    throw new UsageError('--expires must be a time in the future, as 2027-01-31T00:00:00Z')
  return time
}
