/** Every error code: its HTTP status, its title, and the explanation that docs/errors.md and `/errors` show. */

interface ErrorKind {
  status: number
  /** Short heading for people, the same for every occurrence. */
  title: string
  /** Meaning of the code and the next step, for the people who write clients; may hold `code`. */
  explanation: string
}

/** A new code is one entry here, and `npm run docs:errors`. Codes are stable: clients switch on them. */
export const errorKinds = {
  invalid_request: {
    status: 400,
    title: 'The request is malformed',
    explanation:
      'The path, the query or the body does not fit the description of the API. `detail` names each fault: correct them and send the request again.',
  },
  host_mismatch: {
    status: 400,
    title: 'The request names no host, or several',
    explanation: 'The request names no host, or more than one. Send exactly one `Host` header.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    explanation: 'The address does not exist. Look it up in `/openapi.json`.',
  },
  tenant_not_found: {
    status: 404,
    title: 'Not found',
    explanation: 'The host belongs to no gallery of this fleet. Check the spelling of the host name.',
  },
  photo_not_found: {
    status: 404,
    title: 'No such photo',
    explanation:
      'No photo has this name in this folder. It may have been moved, renamed or deleted: read the list again.',
  },
  no_photos: {
    status: 404,
    title: 'No photos yet',
    explanation: 'The gallery holds no photos yet. Upload one, or try again later.',
  },
  root_missing: {
    status: 404,
    title: 'The photo folder does not exist',
    explanation:
      'The storage has no folder at the configured path. Create the folder or correct the path in the configuration.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    explanation: 'The address exists but does not accept this method. Use one that the `Allow` header names.',
  },
  not_signed_in: {
    status: 401,
    title: 'Not signed in',
    explanation:
      'The request needs a session of an admin, and none came with it. Sign in at `/auth/login`, then repeat it.',
  },
  sign_in_too_old: {
    status: 401,
    title: 'Sign in again first',
    explanation:
      'The request cannot be undone, so the sign-in must be from the last 24 hours. Sign in at `/auth/login?fresh=true`, then repeat it.',
  },
  not_admin: {
    status: 403,
    title: 'Not an admin here',
    explanation:
      'The person is signed in but is not an admin of this gallery. Sign in with an address that the configuration lists as an admin.',
  },
  token_required: {
    status: 401,
    title: 'A token is needed',
    explanation:
      'The request needs a bearer token, and none was accepted. Send `Authorization: Bearer` with the service token, or with the metrics token for `/metrics`.',
  },
  invalid_token: {
    status: 403,
    title: 'Token refused',
    explanation:
      'The service token is not one of this fleet. Compare it with the tokens that the fleet is configured with.',
  },
  cross_origin: {
    status: 403,
    title: 'Not from this page',
    explanation:
      'The change did not come from a page of this host. Programs send an `Origin` header that equals the address of the gallery.',
  },
  sign_in_unavailable: {
    status: 503,
    title: 'Sign-in is not available',
    explanation:
      'Sign-in is not configured for this gallery, or the identity provider does not answer. Try again, then check the configuration.',
  },
  sign_in_expired: {
    status: 400,
    title: 'This sign-in has expired',
    explanation:
      'The sign-in took too long, was used already, or began in another browser. Begin again at `/auth/login`.',
  },
  sign_in_refused: {
    status: 403,
    title: 'You were not signed in',
    explanation:
      'The identity provider rejected the sign-in, or the person cancelled it. Begin again at `/auth/login`.',
  },
  https_required: {
    status: 403,
    title: 'HTTPS is required',
    explanation: 'The change came over plain HTTP and was not made. Repeat it over HTTPS.',
  },
  feature_disabled: {
    status: 403,
    title: 'This feature is off',
    explanation:
      'This feature is off for this gallery, or the gallery is in review. Switch it on in the configuration.',
  },
  managed_elsewhere: {
    status: 409,
    title: 'Not changed here',
    explanation: 'The control plane owns this setting, so the gallery does not change it. Change it there.',
  },
  link_expired: {
    status: 403,
    title: 'The link is not valid',
    explanation: 'The link has expired, or was altered. Read the photo again to get a new link.',
  },
  insufficient_balance: {
    status: 402,
    title: 'Out of credit',
    explanation: 'The account of this gallery has run out of credit. Top it up, then repeat the request.',
  },
  config_unavailable: {
    status: 503,
    title: 'Temporarily unavailable',
    explanation:
      'The configuration of this gallery cannot be read at the moment. Repeat the request after `Retry-After`.',
  },
  credentials_unavailable: {
    status: 503,
    title: 'Credentials are not available',
    explanation:
      'The control plane does not hand out the credentials that this request needs. Nothing was changed: repeat it after `Retry-After`.',
  },
  credentials_rejected: {
    status: 502,
    title: 'Credentials were refused',
    explanation:
      'A vendor rejected the stored credentials. Connect the storage, the AI or the platform again.',
  },
  endpoint_refused: {
    status: 502,
    title: 'A server of this site is not allowed',
    explanation:
      'The configuration names a server that this fleet may not call. Use an address that is public and reachable over HTTPS.',
  },
  provider_unavailable: {
    status: 501,
    title: 'Not available on this server',
    explanation:
      'This server has no support for the configured storage or service. Choose another one, or run the gallery on a host that supports it.',
  },
  storage_unavailable: {
    status: 503,
    title: 'The storage does not answer',
    explanation: 'The photo storage failed or does not answer. Repeat the request after `Retry-After`.',
  },
  storage_not_atomic: {
    status: 501,
    title: 'The storage cannot do this safely',
    explanation:
      'The storage cannot create a file exclusively, so a photo might be published twice. Use a storage that supports conditional writes.',
  },
  sidecar_changed: {
    status: 409,
    title: 'Changed in the meantime',
    explanation:
      'Another request changed the captions of this photo first. Load the photo again, then repeat the edit.',
  },
  sidecar_unreadable: {
    status: 422,
    title: 'The words of this photo cannot be read',
    explanation:
      'The text file beside the photo is too large, mixes encodings, or belongs to another program. Shorten it, save it as UTF-8, or move it away.',
  },
  photo_changed: {
    status: 409,
    title: 'Changed in the meantime',
    explanation:
      'Another photo has this name now. Nothing was sent or saved: look at the photo, then repeat the request.',
  },
  already_here: {
    status: 409,
    title: 'This photo is here already',
    explanation:
      'The gallery holds the same bytes already. `existing` names the photo: keep that one, or upload with `duplicates=keep`.',
  },
  ai_refused: {
    status: 422,
    title: 'The AI declined this photo',
    explanation: 'The AI declined to describe this photo. Write the captions yourself, or try another model.',
  },
  ai_unusable_answer: {
    status: 502,
    title: 'The AI gave no usable answer',
    explanation:
      'The AI answered with something that holds no usable caption. Nothing was changed: try again.',
  },
  ai_unavailable: {
    status: 503,
    title: 'The AI does not answer',
    explanation: 'The AI service failed or does not answer. Repeat the request later.',
  },
  publish_refused: {
    status: 502,
    title: 'The platform refused the photo',
    explanation:
      'The platform rejected the photo or its caption. `detail` says why: correct the photo or the caption, then publish again.',
  },
  publish_unavailable: {
    status: 503,
    title: 'The platform does not answer',
    explanation: 'The platform failed or does not answer, and nothing was published. Try again later.',
  },
  publish_outcome_unknown: {
    status: 502,
    title: 'Perhaps published, perhaps not',
    explanation:
      'The connection dropped before the platform confirmed the photo. Look at the platform first: publish again with `force` only if the photo is missing there.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'This kind of content is not taken here',
    explanation: 'The address accepts another content type. Use one that `/openapi.json` lists for it.',
  },
  request_too_large: {
    status: 413,
    title: 'The request is too large',
    explanation: 'The body exceeds the limit of this address. Send less at once.',
  },
  request_too_slow: {
    status: 408,
    title: 'The request arrives too slowly',
    explanation:
      'The body arrived too slowly, and nothing was changed. Repeat the request over a better connection.',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    explanation:
      'The headers exceed 16 KiB or 100 lines. Send fewer or shorter headers, for example by deleting cookies.',
  },
  expectation_failed: {
    status: 417,
    title: 'The expectation cannot be met',
    explanation: 'The server meets only `Expect: 100-continue`. Leave the header out.',
  },
  unsupported_photo: {
    status: 415,
    title: 'Not a photo that can be used',
    explanation: 'The file is not a photo that this server can open. Export it as JPEG, PNG or WebP.',
  },
  photo_unreadable: {
    status: 422,
    title: 'The photo cannot be read',
    explanation: 'The file is damaged or incomplete. Export the photo again.',
  },
  photo_too_large: {
    status: 413,
    title: 'The photo is too large',
    explanation: 'The photo exceeds the limit in bytes or pixels. Export a smaller copy.',
  },
  thumbnail_unavailable: {
    status: 501,
    title: 'No thumbnails here',
    explanation: 'This server cannot reduce photos. Ask the operator to set up an image service.',
  },
  busy: {
    status: 503,
    title: 'Too busy',
    explanation:
      'The server or a vendor has no capacity left for this request. Nothing was changed: repeat it after `Retry-After`.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    explanation: 'This client or gallery sent too many requests. Wait for `Retry-After`.',
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    explanation:
      'The server failed in an unexpected way. Try again, then report `request_id` to the operator.',
  },
} as const satisfies Readonly<Record<string, ErrorKind>>

/** Stable name of an expected failure, for programs. */
export type ErrorCode = keyof typeof errorKinds
