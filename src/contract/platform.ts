/** Names of platforms in configurations, requests, results and the ledger. */
import { z } from 'zod'

export const platforms = ['telegram', 'email', 'instagram', 'bluesky', 'mastodon'] as const
export type Platform = (typeof platforms)[number]

/** FetLife accepts photos by mail, so `fetlife` means `email` in configurations and requests. */
const alias = 'fetlife'
const aliased: Platform = 'email'

/** All names that a configuration or a request may use for a platform. */
export const platformNames = [...platforms, alias] as const

/** Returns the platform for a name. */
export function platformOf(name: (typeof platformNames)[number]): Platform {
  return name === alias ? aliased : name
}

/** Returns V2's name of a publisher's type: `fetlife` for `email`, and the type itself otherwise. */
export function v2NameOf(type: string): string {
  return type === aliased ? alias : type
}

/** Reads the name of a platform. Ignores case and surrounding white space. */
export const platformName = z.string().trim().toLowerCase().pipe(z.enum(platformNames)).transform(platformOf)
