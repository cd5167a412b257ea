/** Platforms on which photos can be published, by the names that requests, results and the ledger use. */
import { z } from 'zod'

export const platforms = ['telegram', 'email', 'instagram', 'bluesky', 'mastodon'] as const
export type Platform = (typeof platforms)[number]

/** FetLife takes photos by mail: in configurations and requests `fetlife` means `email`. */
const alias = 'fetlife'
const aliased: Platform = 'email'

/** All names that a configuration or a request may use for a platform. */
export const platformNames = [...platforms, alias] as const

/** Gives the platform behind a name. */
export function platformOf(name: (typeof platformNames)[number]): Platform {
  return name === alias ? aliased : name
}

/** Gives the type that V2 knows a publisher's type by: `fetlife` for `email`. Every other type stays as it is. */
export function v2NameOf(type: string): string {
  return type === aliased ? alias : type
}

/** Reads the name of a platform in any case and with white space around it. */
export const platformName = z.string().trim().toLowerCase().pipe(z.enum(platformNames)).transform(platformOf)

const textsSchema = z.partialRecord(z.enum(platforms), z.string())

/**
 * Sorts texts by platform; `null` where a name is not a platform's. Of two texts for one platform, the text under the platform's own name
 * counts.
 */
export function textsByPlatform(texts: Record<string, string>): Partial<Record<Platform, string>> | null {
  const { [alias]: text, ...others } = texts
  return textsSchema.safeParse({ ...(text !== undefined && { [aliased]: text }), ...others }).data ?? null
}
