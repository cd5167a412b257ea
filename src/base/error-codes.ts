/** Table of all error codes. docs/errors.md and `/errors` show the explanations. */
import { type ErrorKind, kind } from './error-kind.ts'
import { studioErrorKinds } from './studio-error-codes.ts'

/** All error codes. After a change, run `npm run docs:errors`. Codes are stable, because clients switch on them. */
export const errorKinds = {
  invalid_request: kind(
    400,
    'Invalid request',
    'The path, query or body does not match the API description. `detail` names each fault. Correct the request and send it again.',
  ),
  host_mismatch: kind(
    400,
    'Missing or ambiguous host',
    'The request names no host, or several. Send exactly one `Host` header.',
  ),
  not_found: kind(404, 'Not found', 'Nothing exists at this address. `/openapi.json` lists all routes.'),
  tenant_not_found: kind(
    404,
    'Not found',
    'No gallery of this fleet has this host name. Check the spelling.',
  ),
  photo_not_found: kind(
    404,
    'Photo not found',
    'This folder has no photo of this name. Another request may have moved, renamed or deleted the photo. Reload the list.',
  ),
  no_photos: kind(404, 'No photos yet', 'The gallery has no photos yet. Upload a photo, or try again later.'),
  root_missing: kind(
    404,
    'Photo folder not found',
    'The storage has no folder at the configured path. Create the folder, or correct the path in the configuration.',
  ),
  method_not_allowed: kind(
    405,
    'Method not allowed',
    'This address does not accept this method. The `Allow` header lists the methods that it accepts.',
  ),
  not_signed_in: kind(
    401,
    'Not signed in',
    'This request needs an admin session. Sign in at `/auth/login`, then try again.',
  ),
  sign_in_too_old: kind(
    401,
    'Sign in again',
    'This action cannot be undone, so the sign-in must be from the last 24 hours. Sign in at `/auth/login?fresh=true`, then try again.',
  ),
  not_admin: kind(
    403,
    'Not an admin of this gallery',
    'The signed-in person is not an admin of this gallery. Sign in with an address that the configuration lists as an admin.',
  ),
  token_required: kind(
    401,
    'Token required',
    'The bearer token is missing. Send `Authorization: Bearer` with the service token, or with the metrics token for `/metrics`. A wrong metrics token gets the same answer.',
  ),
  invalid_token: kind(
    403,
    'Invalid token',
    'This fleet does not know the service token. Compare the token with the settings of the fleet.',
  ),
  cross_origin: kind(
    403,
    'Cross-origin request',
    'Changes are only accepted from pages of the same host. Programs must send an `Origin` header with the origin of the gallery.',
  ),
  sign_in_unavailable: kind(
    503,
    'Sign-in unavailable',
    'This gallery has no sign-in configured, or the identity provider does not answer. Try again, then check the configuration.',
  ),
  sign_in_expired: kind(
    400,
    'Sign-in expired',
    'The sign-in took too long, was already used, or began in another browser. Start again at `/auth/login`.',
  ),
  sign_in_refused: kind(
    403,
    'Sign-in failed',
    'The identity provider rejected the sign-in, or the person cancelled it. Start again at `/auth/login`.',
  ),
  https_required: kind(
    403,
    'HTTPS required',
    'The request came over plain HTTP, and nothing was changed. Repeat the request over HTTPS.',
  ),
  feature_disabled: kind(
    403,
    'Feature turned off',
    'The configuration turns this feature off, or the gallery is in review. Turn the feature on in the configuration.',
  ),
  managed_elsewhere: kind(
    409,
    'Managed by the control plane',
    'The gallery cannot change this setting. Change it in the control plane.',
  ),
  ...studioErrorKinds,
  link_expired: kind(
    403,
    'Link expired or invalid',
    'The link has expired or was altered. Load the photo again to get a new link.',
  ),
  insufficient_balance: kind(
    402,
    'Out of credit',
    'The account of this gallery is out of credit. Top up the account, then try again.',
  ),
  config_unavailable: kind(
    503,
    'Temporarily unavailable',
    'The configuration of this gallery cannot be loaded right now. Try again after `Retry-After`.',
  ),
  credentials_unavailable: kind(
    503,
    'Credentials unavailable',
    'The control plane did not return the credentials for this request. Nothing was changed. Try again after `Retry-After`.',
  ),
  credentials_rejected: kind(
    502,
    'Credentials rejected',
    'A vendor rejected the stored credentials. Reconnect the storage, the AI or the platform.',
  ),
  endpoint_refused: kind(
    502,
    'Server address not allowed',
    'The configuration names a server that this fleet must not call. Use a public address with HTTPS.',
  ),
  provider_unavailable: kind(
    501,
    'Not supported on this server',
    'This server does not support the configured storage or service. Choose another provider, or run the gallery on a host that supports it.',
  ),
  storage_unavailable: kind(
    503,
    'Storage unavailable',
    'The photo storage failed or did not answer. Try again after `Retry-After`.',
  ),
  storage_full: kind(
    507,
    'Storage full',
    'The photo storage has no space for another file, or gives this account none. `detail` says what to do. Nothing was stored.',
  ),
  claims_unavailable: kind(
    503,
    'Claims unavailable',
    'The control plane, which keeps the claims of this gallery, does not answer. Nothing was sent. Try again after `Retry-After`.',
  ),
  storage_not_atomic: kind(
    501,
    'The storage cannot prevent duplicate posts',
    'The storage cannot create a file exclusively, so a photo could be published twice. Use a storage with conditional writes, or a control plane that offers claims.',
  ),
  sidecar_changed: kind(
    409,
    'Captions have changed',
    'Another request changed the captions of this photo first. Load the photo again, then repeat the edit.',
  ),
  sidecar_unreadable: kind(
    422,
    'Captions cannot be read',
    'The sidecar file is too large, mixes encodings, or belongs to another program. Shorten the file, save it as UTF-8, or move it away.',
  ),
  photo_changed: kind(
    409,
    'Photo has changed',
    'A different photo has this name now. Nothing was sent or saved. Check the photo, then try again.',
  ),
  already_here: kind(
    409,
    'Photo already exists',
    'The gallery already has a photo with the same bytes. `existing` names that photo. To store a second copy, upload with `duplicates=keep`.',
  ),
  ai_refused: kind(
    422,
    'The AI declined this photo',
    'The AI declined to describe this photo. Write the captions yourself, or try another model.',
  ),
  ai_unusable_answer: kind(
    502,
    'Unusable answer from the AI',
    'The answer of the AI has no usable caption. Nothing was changed. Try again.',
  ),
  ai_unavailable: kind(503, 'AI unavailable', 'The AI service failed or did not answer. Try again later.'),
  publish_refused: kind(
    502,
    'Rejected by the platform',
    'The platform rejected the photo or its caption. `detail` gives the reason. Correct the photo or the caption, then publish again.',
  ),
  publish_unavailable: kind(
    503,
    'Platform unavailable',
    'The platform failed or did not answer. Nothing was published. Try again later.',
  ),
  publish_outcome_unknown: kind(
    502,
    'Publishing outcome unknown',
    'The connection dropped before the platform confirmed the photo. Check the platform first. Publish again with `force` only if the photo is missing there.',
  ),
  unsupported_media_type: kind(
    415,
    'Unsupported content type',
    'This address does not accept the content type of the request. `/openapi.json` lists the types that it accepts.',
  ),
  request_too_large: kind(
    413,
    'Request too large',
    'The body exceeds the limit of this address. Send a smaller body.',
  ),
  request_too_slow: kind(
    408,
    'Request too slow',
    'The body arrived too slowly. Nothing was changed. Try again over a better connection.',
  ),
  headers_too_large: kind(
    431,
    'Headers too large',
    'The headers exceed 16 KiB or 100 lines. Send fewer or shorter headers, for example by deleting cookies.',
  ),
  expectation_failed: kind(
    417,
    'Unsupported Expect header',
    'The server only supports `Expect: 100-continue`. Remove the header.',
  ),
  unsupported_photo: kind(
    415,
    'Unsupported photo format',
    'This server cannot open the file as a photo. Export the photo as JPEG, PNG or WebP.',
  ),
  photo_unreadable: kind(
    422,
    'Photo cannot be read',
    'The file is damaged or incomplete. Export the photo again.',
  ),
  photo_too_large: kind(
    413,
    'Photo too large',
    'The photo has too many bytes or pixels. Export a smaller copy.',
  ),
  thumbnail_unavailable: kind(
    501,
    'Thumbnails unavailable',
    'This server cannot resize photos. Ask the operator to set up an image service.',
  ),
  watermark_unavailable: kind(
    503,
    'Watermark unavailable',
    'The watermark of this gallery cannot be drawn, and no picture leaves without it. `detail` gives the reason. Correct `content.watermark` or its file.',
  ),
  busy: kind(
    503,
    'Too busy',
    'The server or a vendor has no capacity for this request. Nothing was changed. Try again after `Retry-After`.',
  ),
  rate_limited: kind(
    429,
    'Too many requests',
    'This client or gallery sent too many requests. Try again after `Retry-After`.',
  ),
  internal_error: kind(
    500,
    'Internal error',
    'The server failed unexpectedly. Try again. If the error persists, report `request_id` to the operator.',
  ),
} satisfies Readonly<Record<string, ErrorKind>>

/** Stable name of an expected failure, for programs. */
export type ErrorCode = keyof typeof errorKinds
