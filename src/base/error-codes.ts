/** Every error code: its HTTP status, its title, and the explanation that docs/errors.md and `/errors` show. */

interface ErrorKind {
  status: number
  /** Short heading for people, the same for every occurrence. */
  title: string
  /** Meaning of the code and the next step, for developers of clients. May contain inline `code`. */
  explanation: string
}

function kind(status: number, title: string, explanation: string): ErrorKind {
  return { status, title, explanation }
}

/** All codes. After adding a code, run `npm run docs:errors`. Codes are stable, because clients switch on them. */
export const errorKinds = {
  invalid_request: kind(
    400,
    'The request is malformed',
    'The path, the query or the body does not fit the description of the API. `detail` names each fault: correct them and send the request again.',
  ),
  host_mismatch: kind(
    400,
    'The request names no host, or several',
    'The request names no host, or more than one. Send exactly one `Host` header.',
  ),
  not_found: kind(404, 'Not found', 'The address does not exist. Look it up in `/openapi.json`.'),
  tenant_not_found: kind(
    404,
    'Not found',
    'The host belongs to no gallery of this fleet. Check the spelling of the host name.',
  ),
  photo_not_found: kind(
    404,
    'No such photo',
    'No photo has this name in this folder. It may have been moved, renamed or deleted: read the list again.',
  ),
  no_photos: kind(404, 'No photos yet', 'The gallery holds no photos yet. Upload one, or try again later.'),
  root_missing: kind(
    404,
    'The photo folder does not exist',
    'The storage has no folder at the configured path. Create the folder or correct the path in the configuration.',
  ),
  method_not_allowed: kind(
    405,
    'Method not allowed',
    'The address exists but does not accept this method. Use one that the `Allow` header names.',
  ),
  not_signed_in: kind(
    401,
    'Not signed in',
    'The request needs a session of an admin, and none came with it. Sign in at `/auth/login`, then repeat it.',
  ),
  sign_in_too_old: kind(
    401,
    'Sign in again first',
    'The request cannot be undone, so the sign-in must be from the last 24 hours. Sign in at `/auth/login?fresh=true`, then repeat it.',
  ),
  not_admin: kind(
    403,
    'Not an admin here',
    'The person is signed in but is not an admin of this gallery. Sign in with an address that the configuration lists as an admin.',
  ),
  token_required: kind(
    401,
    'A token is needed',
    'The request needs a bearer token, and none was accepted. Send `Authorization: Bearer` with the service token, or with the metrics token for `/metrics`.',
  ),
  invalid_token: kind(
    403,
    'Token refused',
    'The service token is not one of this fleet. Compare it with the tokens that the fleet is configured with.',
  ),
  cross_origin: kind(
    403,
    'Not from this page',
    'The change did not come from a page of this host. Programs send an `Origin` header that equals the address of the gallery.',
  ),
  sign_in_unavailable: kind(
    503,
    'Sign-in is not available',
    'Sign-in is not configured for this gallery, or the identity provider does not answer. Try again, then check the configuration.',
  ),
  sign_in_expired: kind(
    400,
    'This sign-in has expired',
    'The sign-in took too long, was used already, or began in another browser. Begin again at `/auth/login`.',
  ),
  sign_in_refused: kind(
    403,
    'You were not signed in',
    'The identity provider rejected the sign-in, or the person cancelled it. Begin again at `/auth/login`.',
  ),
  https_required: kind(
    403,
    'HTTPS is required',
    'The change came over plain HTTP and was not made. Repeat it over HTTPS.',
  ),
  feature_disabled: kind(
    403,
    'This feature is off',
    'This feature is off for this gallery, or the gallery is in review. Switch it on in the configuration.',
  ),
  managed_elsewhere: kind(
    409,
    'Not changed here',
    'The control plane owns this setting, so the gallery does not change it. Change it there.',
  ),
  link_expired: kind(
    403,
    'The link is not valid',
    'The link has expired, or was altered. Read the photo again to get a new link.',
  ),
  insufficient_balance: kind(
    402,
    'Out of credit',
    'The account of this gallery has run out of credit. Top it up, then repeat the request.',
  ),
  config_unavailable: kind(
    503,
    'Temporarily unavailable',
    'The configuration of this gallery cannot be read at the moment. Repeat the request after `Retry-After`.',
  ),
  credentials_unavailable: kind(
    503,
    'Credentials are not available',
    'The control plane does not hand out the credentials that this request needs. Nothing was changed: repeat it after `Retry-After`.',
  ),
  credentials_rejected: kind(
    502,
    'Credentials were refused',
    'A vendor rejected the stored credentials. Connect the storage, the AI or the platform again.',
  ),
  endpoint_refused: kind(
    502,
    'A server of this site is not allowed',
    'The configuration names a server that this fleet may not call. Use an address that is public and reachable over HTTPS.',
  ),
  provider_unavailable: kind(
    501,
    'Not available on this server',
    'This server has no support for the configured storage or service. Choose another one, or run the gallery on a host that supports it.',
  ),
  storage_unavailable: kind(
    503,
    'The storage does not answer',
    'The photo storage failed or does not answer. Repeat the request after `Retry-After`.',
  ),
  storage_not_atomic: kind(
    501,
    'The storage cannot do this safely',
    'The storage cannot create a file exclusively, so a photo might be published twice. Use a storage that supports conditional writes.',
  ),
  sidecar_changed: kind(
    409,
    'Changed in the meantime',
    'Another request changed the captions of this photo first. Load the photo again, then repeat the edit.',
  ),
  sidecar_unreadable: kind(
    422,
    'The words of this photo cannot be read',
    'The text file beside the photo is too large, mixes encodings, or belongs to another program. Shorten it, save it as UTF-8, or move it away.',
  ),
  photo_changed: kind(
    409,
    'Changed in the meantime',
    'Another photo has this name now. Nothing was sent or saved: look at the photo, then repeat the request.',
  ),
  already_here: kind(
    409,
    'This photo is here already',
    'The gallery holds the same bytes already. `existing` names the photo: keep that one, or upload with `duplicates=keep`.',
  ),
  ai_refused: kind(
    422,
    'The AI declined this photo',
    'The AI declined to describe this photo. Write the captions yourself, or try another model.',
  ),
  ai_unusable_answer: kind(
    502,
    'The AI gave no usable answer',
    'The AI answered with something that holds no usable caption. Nothing was changed: try again.',
  ),
  ai_unavailable: kind(
    503,
    'The AI does not answer',
    'The AI service failed or does not answer. Repeat the request later.',
  ),
  publish_refused: kind(
    502,
    'The platform refused the photo',
    'The platform rejected the photo or its caption. `detail` says why: correct the photo or the caption, then publish again.',
  ),
  publish_unavailable: kind(
    503,
    'The platform does not answer',
    'The platform failed or does not answer, and nothing was published. Try again later.',
  ),
  publish_outcome_unknown: kind(
    502,
    'Perhaps published, perhaps not',
    'The connection dropped before the platform confirmed the photo. Look at the platform first: publish again with `force` only if the photo is missing there.',
  ),
  unsupported_media_type: kind(
    415,
    'This kind of content is not taken here',
    'The address accepts another content type. Use one that `/openapi.json` lists for it.',
  ),
  request_too_large: kind(
    413,
    'The request is too large',
    'The body exceeds the limit of this address. Send less at once.',
  ),
  request_too_slow: kind(
    408,
    'The request arrives too slowly',
    'The body arrived too slowly, and nothing was changed. Repeat the request over a better connection.',
  ),
  headers_too_large: kind(
    431,
    'The headers are too large',
    'The headers exceed 16 KiB or 100 lines. Send fewer or shorter headers, for example by deleting cookies.',
  ),
  expectation_failed: kind(
    417,
    'The expectation cannot be met',
    'The server meets only `Expect: 100-continue`. Leave the header out.',
  ),
  unsupported_photo: kind(
    415,
    'Not a photo that can be used',
    'The file is not a photo that this server can open. Export it as JPEG, PNG or WebP.',
  ),
  photo_unreadable: kind(
    422,
    'The photo cannot be read',
    'The file is damaged or incomplete. Export the photo again.',
  ),
  photo_too_large: kind(
    413,
    'The photo is too large',
    'The photo exceeds the limit in bytes or pixels. Export a smaller copy.',
  ),
  thumbnail_unavailable: kind(
    501,
    'No thumbnails here',
    'This server cannot reduce photos. Ask the operator to set up an image service.',
  ),
  busy: kind(
    503,
    'Too busy',
    'The server or a vendor has no capacity left for this request. Nothing was changed: repeat it after `Retry-After`.',
  ),
  rate_limited: kind(
    429,
    'Too many requests',
    'This client or gallery sent too many requests. Wait for `Retry-After`.',
  ),
  internal_error: kind(
    500,
    'Internal error',
    'The server failed in an unexpected way. Try again, then report `request_id` to the operator.',
  ),
} satisfies Readonly<Record<string, ErrorKind>>

/** Stable name of an expected failure, for programs. */
export type ErrorCode = keyof typeof errorKinds
