/** Differences between the servers that speak Mastodon's API. */

export type FlavourName = 'mastodon' | 'pixelfed' | 'gotosocial' | 'pleroma' | 'akkoma' | 'old'

export interface Flavour {
  /** `version` of the instance document; clients recognise the software by it. */
  version: string
  /** False: `/api/v2/instance` is 404. */
  hasV2Instance: boolean
  /** False: `/api/v2/media` is 404. */
  hasV2Media: boolean
  /** False: `PUT /api/v1/statuses/:id` does not exist. */
  canEdit: boolean
  /** Upper bound on the edits of a post. */
  maxEdits: number
  /** True when `PUT /api/v1/media/:id` changes the alt text of a post, and an edit does not. */
  describesPosted: boolean
  /** Answer to a used `Idempotency-Key`: the earlier status, 400, or a second post. */
  usedKey: 'replays' | 'refuses' | 'ignores'
  /** Status of a finished upload. Pixelfed answers 202 even though the upload is finished. */
  uploaded: 200 | 202
  /** Unit of the length of a post. */
  counts: 'mastodon' | 'graphemes' | 'code-points'
  visibilities: readonly string[]
  /** True when a post needs a picture. */
  needsMedia: boolean
  maxSpoiler: number
  /** True for `read` and `write` only. */
  hasCoarseScopes: boolean
  /** False: `/.well-known/oauth-authorization-server` is 404, and PKCE is ignored. */
  describesOAuth: boolean
  /** Life of tokens in seconds; they come with refresh tokens. `null`: tokens do not expire. */
  tokenSeconds: number | null
  /** True when answers carry `X-RateLimit-*`. */
  sendsRates: boolean
  limits: InstanceLimits
}

export interface InstanceLimits {
  maxCharacters: number
  maxMedia: number
  charactersPerUrl: number
  imageBytes: number
  imagePixels: number
  description: number
}

const all = ['public', 'unlisted', 'private', 'direct']

const mastodon: Flavour = {
  version: '4.4.3',
  hasV2Instance: true,
  hasV2Media: true,
  canEdit: true,
  maxEdits: Number.POSITIVE_INFINITY,
  describesPosted: false,
  usedKey: 'replays',
  uploaded: 200,
  counts: 'mastodon',
  visibilities: all,
  needsMedia: false,
  maxSpoiler: Number.POSITIVE_INFINITY,
  hasCoarseScopes: false,
  describesOAuth: true,
  tokenSeconds: null,
  sendsRates: true,
  limits: {
    maxCharacters: 500,
    maxMedia: 4,
    charactersPerUrl: 23,
    imageBytes: 16_777_216,
    imagePixels: 33_177_600,
    description: 1500,
  },
}

const pleroma: Flavour = {
  ...mastodon,
  version: '2.7.2 (compatible; Pleroma 2.6.2)',
  hasV2Instance: false,
  describesOAuth: false,
  tokenSeconds: 100 * 86_400,
  counts: 'graphemes',
  sendsRates: false,
  limits: { ...mastodon.limits, maxCharacters: 5000, imageBytes: 16_000_000, description: 5000 },
}

/** All flavours. `old` is a Mastodon before 3.5 with only the first version of each call. */
export const flavours: Readonly<Record<FlavourName, Flavour>> = {
  mastodon,
  old: {
    ...mastodon,
    version: '2.9.4',
    hasV2Instance: false,
    describesOAuth: false,
    hasV2Media: false,
    canEdit: false,
    limits: { ...mastodon.limits, imageBytes: 8_388_608, imagePixels: 16_777_216 },
  },
  pixelfed: {
    ...mastodon,
    version: '3.5.3 (compatible; Pixelfed 0.12.4)',
    maxEdits: 10,
    describesPosted: true,
    usedKey: 'refuses',
    uploaded: 202,
    counts: 'code-points',
    visibilities: ['public', 'unlisted', 'private'],
    needsMedia: true,
    maxSpoiler: 140,
    hasCoarseScopes: true,
    describesOAuth: false,
    tokenSeconds: 365 * 86_400,
    sendsRates: false,
    limits: { ...mastodon.limits, imageBytes: 15_000_000, description: 1000 },
  },
  gotosocial: {
    ...mastodon,
    version: '0.17.3+git-7b5917d',
    canEdit: false,
    describesOAuth: false,
    usedKey: 'ignores',
    counts: 'code-points',
    limits: { ...mastodon.limits, maxCharacters: 5000, maxMedia: 6, charactersPerUrl: 25 },
  },
  pleroma,
  akkoma: { ...pleroma, version: '2.7.2 (compatible; Akkoma 3.13.2-0-g050bc74)' },
}
