/** Where photos can be published, by the names that requests, results and the ledger use. */

export const platforms = ['telegram', 'email', 'instagram', 'bluesky', 'mastodon'] as const
/** `fetlife` and `email` are one platform, `email`. */
export type Platform = (typeof platforms)[number]
