/** Answers in the form of Mastodon's API. */
import type { Flavour } from './flavours.ts'

/** Thrown when the real server would refuse. */
export class Refusal extends Error {
  readonly status: number
  readonly headers: Record<string, string>

  constructor(status: number, description: string, headers: Record<string, string> = {}) {
    super(description)
    this.status = status
    this.headers = headers
  }
}

export const notFound = () => new Refusal(404, 'Record not found')
export const invalid = (what: string) => new Refusal(422, `Validation failed: ${what}`)
export const tokenInvalid = () => new Refusal(401, 'The access token is invalid')
export const outsideScopes = () => new Refusal(403, 'This action is outside the authorized scopes')

/** Writes a refusal as the flavour does. GoToSocial puts the kind of the error before its words. */
export function refused({ status, message, headers }: Refusal, { version }: Flavour): Response {
  const isGoToSocial = version.startsWith('0.')
  const kinds: Record<number, string> = { 400: 'Bad Request', 404: 'Not Found', 422: 'Unprocessable Entity' }
  const kind = isGoToSocial ? kinds[status] : undefined
  return Response.json({ error: kind === undefined ? message : `${kind}: ${message}` }, { status, headers })
}
