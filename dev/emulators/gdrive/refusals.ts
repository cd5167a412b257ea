/** Google's error answers: one object with a code, a message, and a list of reasons. Clients branch on the reason. */

interface RefusalDetails {
  domain?: string
  location?: string
  locationType?: string
  /** Name of the code in Google's common list, such as `UNAUTHENTICATED`. Most errors of Drive have none. */
  code?: string
}

/** Error of a route, which becomes the HTTP answer. */
export class Refusal extends Error {
  readonly status: number
  readonly reason: string
  readonly details: RefusalDetails

  constructor(status: number, reason: string, message: string, details: RefusalDetails = {}) {
    super(message)
    this.status = status
    this.reason = reason
    this.details = details
  }
}

/** Creates the error's JSON. */
export function errorBody({ status, reason, message, details }: Refusal): string {
  const { domain = 'global', code, ...place } = details
  const errors = [{ message, domain, reason, ...place }]
  return JSON.stringify({ error: { code: status, message, errors, ...(code && { status: code }) } }, null, 1)
}

export function refusalResponse(refusal: Refusal): Response {
  const headers = { 'content-type': 'application/json; charset=UTF-8', ...challenge(refusal) }
  return new Response(errorBody(refusal), { status: refusal.status, headers })
}

const challenge = ({ status }: Refusal) =>
  status === 401
    ? { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' }
    : {}

/** Creates the 404, which also means that the account has no access. */
export const notFound = (id: string): Refusal =>
  new Refusal(404, 'notFound', `File not found: ${id}.`, { location: 'fileId', locationType: 'parameter' })

export const invalidValue = (parameter: string, message = 'Invalid Value'): Refusal =>
  new Refusal(400, 'invalid', message, { location: parameter, locationType: 'parameter' })

export const invalidParameter = (parameter: string, message: string): Refusal =>
  new Refusal(400, 'invalidParameter', message, { location: parameter, locationType: 'parameter' })

export const badRequest = (message: string): Refusal => new Refusal(400, 'badRequest', message)

export const insufficientPermissions = (): Refusal =>
  new Refusal(
    403,
    'insufficientFilePermissions',
    'The user does not have sufficient permissions for this file.',
  )

export const unauthorised = (): Refusal =>
  new Refusal(401, 'authError', 'Invalid Credentials', {
    location: 'Authorization',
    locationType: 'header',
    code: 'UNAUTHENTICATED',
  })

export const insufficientScopes = (): Refusal =>
  new Refusal(403, 'insufficientPermissions', 'Insufficient Permission', { code: 'PERMISSION_DENIED' })

/** Creates the refusal of a file that the owner's account has no space for. */
export const quotaExceeded = (isServiceAccount: boolean): Refusal =>
  new Refusal(
    403,
    'storageQuotaExceeded',
    isServiceAccount
      ? 'Service Accounts do not have storage quota. Leverage shared drives (https://developers.google.com/workspace/drive/api/guides/about-shareddrives), or use OAuth delegation (http://support.google.com/a/answer/7281227) instead.'
      : "The user's Drive storage quota has been exceeded.",
    isServiceAccount ? { domain: 'usageLimits' } : {},
  )
