/** Answers of the Graph API in its own form, and the refusals that the emulator knows (Instagram Platform, "Error Codes"). */

interface Row {
  status?: number
  code: number
  subcode?: number
  isTransient?: boolean
  message: string
  userMessage?: string
  /** Minutes in `X-Business-Use-Case-Usage`. */
  regainMinutes?: number
}

/** Refusals by name. */
export const rows = {
  transient: { status: 500, code: 2, isTransient: true, message: 'An unexpected error has occurred.' },
  unknown: { code: 1, message: 'An unknown error occurred' },
  server: { code: -1, subcode: 2207001, message: 'Instagram server error. Try again.' },
  downloadTimeout: { code: -2, subcode: 2207003, message: 'It takes too long to download the media.' },
  notFetched: {
    code: 9004,
    subcode: 2207052,
    message: 'Only photo or video can be accepted as media type.',
    userMessage: 'The media could not be fetched from this URI.',
  },
  containerExpired: {
    code: -2,
    subcode: 2207020,
    message: 'The media you are trying to access has expired.',
  },
  containerUnknown: { code: -2, subcode: 2207006, message: 'The media cannot be found.' },
  creationUnknown: { code: 24, subcode: 2207008, message: 'The requested resource does not exist.' },
  creationFailed: { code: -2, subcode: 2207032, message: 'Create media fail, please try to re-create media' },
  uploadFailed: { code: -2, subcode: 2207053, message: 'Unknown upload error' },
  notReady: { code: 9007, subcode: 2207027, message: 'Media ID is not available' },
  tooLarge: { code: 36000, subcode: 2207004, message: 'The image is too large to download.' },
  wrongFormat: { code: 36001, subcode: 2207005, message: 'The image format is not supported.' },
  wrongRatio: {
    code: 36003,
    subcode: 2207009,
    message: 'The submitted image with aspect ratio cannot be published.',
  },
  captionTooLong: { code: 100, subcode: 2207010, message: 'The caption was too long.' },
  tooManyTags: { code: 100, subcode: 2207040, message: 'Cannot use more than 20 tags in one caption.' },
  quota: { code: 9, subcode: 2207042, message: 'You reached maximum number of posts that is allowed.' },
  blocked: {
    code: 4,
    subcode: 2207051,
    message: 'Application request limit reached',
    userMessage: 'We restrict certain activity to protect our community.',
  },
  restricted: { code: 25, subcode: 2207050, message: 'The Instagram account is restricted.' },
  callLimit: { code: 4, message: 'Application request limit reached', regainMinutes: 12 },
  userLimit: { code: 17, message: 'User request limit reached' },
  pageLimit: { code: 32, message: 'Page request limit reached' },
  customLimit: { status: 429, code: 613, message: 'Calls to this api have exceeded the rate limit.' },
  businessLimit: {
    code: 80002,
    message: 'There have been too many calls to this account.',
    regainMinutes: 3,
  },
  tokenExpired: { status: 401, code: 190, subcode: 463, message: 'Session has expired' },
  passwordChanged: { status: 401, code: 190, subcode: 460, message: 'The password was changed.' },
  tokenInvalid: { status: 401, code: 190, message: 'Cannot parse access token' },
  noPermission: { status: 403, code: 10, message: 'Application does not have permission for this action' },
  permissionDenied: { status: 403, code: 200, message: 'Permissions error' },
  unknownAlias: { code: 803, message: 'Some of the aliases you requested do not exist' },
  missing: { code: 100, subcode: 33, message: 'Unsupported request. Object does not exist.' },
  badParameter: { code: 100, message: 'Invalid parameter', userMessage: 'The parameter is not valid.' },
  unknownPath: { code: 2500, message: 'Unknown path components' },
} as const satisfies Record<string, Row>

export type RowName = keyof typeof rows

/** Thrown when the real API would refuse. */
export class Refusal extends Error {
  readonly row: RowName

  constructor(row: RowName, detail = '') {
    super(detail)
    this.row = row
  }
}

/** Returns the answer of a refusal. */
export function refusalOf({ row: name, message: detail }: Refusal): Response {
  const row: Row = rows[name]
  const error = {
    message: detail === '' ? row.message : `${row.message} (${detail})`,
    type: row.code === 190 ? 'OAuthException' : 'IGApiException',
    code: row.code,
    ...(row.subcode !== undefined && { error_subcode: row.subcode }),
    is_transient: row.isTransient ?? false,
    ...(row.userMessage !== undefined && { error_user_title: 'Instagram', error_user_msg: row.userMessage }),
    fbtrace_id: 'AbCdEfTrace',
  }
  const headers: Record<string, string> = {}
  if (row.regainMinutes !== undefined) {
    const usage = [{ type: 'instagram', call_count: 100, estimated_time_to_regain_access: row.regainMinutes }]
    headers['x-business-use-case-usage'] = JSON.stringify({ '17841400000000001': usage })
  }
  return Response.json({ error }, { status: row.status ?? 400, headers })
}
