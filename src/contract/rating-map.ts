/** Maps ratings to the field of each platform: the platform's default, changed by `config.rating_map` of the tenant's entry. */
import { block, choice, documented, type Field, isBlank, isRecord, memberOf, note } from './lenient.ts'
import type { Platform } from './platform.ts'
import type { Rating } from './rating.ts'

/** Value of every platform that keeps photos of a rating away from it. */
const refuse = 'refuse'

/** Value for each rating, such as `spoiler`. */
export type RatingMap<V extends string> = Readonly<Record<Rating, V | typeof refuse>>

type WrittenMap<V extends string> = Readonly<Record<Rating, V | typeof refuse | undefined>>

interface PlatformRatings<V extends string> {
  /** `rating_map` of an entry. An unusable value means `refuse`, and an unusable block refuses every rating. */
  field: Field<WrittenMap<V> | undefined>
  /** Another name of the same block. An unusable block counts as absent. */
  otherField: Field<WrittenMap<V>>
  /** Returns the value for each rating from an entry's `config`. */
  of(config: unknown): RatingMap<V>
}

/** Describes a platform by its values beside `refuse`, and the values of ratings that an entry does not map. */
function ratingMap<const V extends string>(
  values: readonly [V, ...V[]],
  defaults: RatingMap<NoInfer<V>>,
  { otherName }: { otherName?: string } = {},
): PlatformRatings<V> {
  const valueField = choice([...values, refuse] as const, undefined, { value: refuse, consequence: refusing })
  const blockOf = (descriptionOf: (rating: Rating) => string) => {
    const members = byRating((rating) =>
      documented(valueField, {
        description: descriptionOf(rating),
        example: defaults[rating],
        whenAbsent: `\`${defaults[rating]}\``,
      }),
    )
    return block(members)
  }
  const field = refusingBlock(
    blockOf((rating) => `Treatment of photos rated \`${rating}\`. An unusable value means \`refuse\`.`),
  )
  const otherField = blockOf((rating) => `Another name for \`rating_map.${rating}\`, which wins.`)
  return {
    field,
    otherField,
    of(config) {
      const own = field.read(memberOf(config, 'rating_map'), '', [])
      const other = otherName === undefined ? undefined : otherField.read(memberOf(config, otherName), '', [])
      return byRating((rating) => own?.[rating] ?? other?.[rating] ?? defaults[rating])
    },
  }
}

function byRating<T>(make: (rating: Rating) => T): Record<Rating, T> {
  return {
    general: make('general'),
    suggestive: make('suggestive'),
    nudity: make('nudity'),
    explicit: make('explicit'),
  }
}

const refusing = 'such photos are not sent there until it is corrected'

/** Changes a block so that a value of another type refuses every rating. */
function refusingBlock<V extends string>(
  map: Field<WrittenMap<V>>,
): Field<WrittenMap<V | typeof refuse> | undefined> {
  return {
    ...map,
    read(value, path, faults) {
      if (isBlank(value)) return undefined
      if (isRecord(value)) return map.read(value, path, faults)
      note(faults, path, 'is not a block of fields', 'no photos are sent there until it is corrected')
      return byRating(() => refuse)
    },
  }
}

/** Ratings of each platform. */
export const ratingMaps = {
  telegram: ratingMap(['none', 'spoiler'], {
    general: 'none',
    suggestive: 'none',
    nudity: 'spoiler',
    explicit: 'spoiler',
  }),
  email: ratingMap(['allow'], {
    general: 'allow',
    suggestive: 'allow',
    nudity: 'allow',
    explicit: 'allow',
  }),
  // Instagram forbids nudity, so its publisher refuses such photos in spite of `allow`.
  instagram: ratingMap(['allow'], {
    general: 'allow',
    suggestive: 'allow',
    nudity: refuse,
    explicit: refuse,
  }),
  bluesky: ratingMap(
    ['none', 'nudity', 'sexual', 'porn', 'graphic-media'],
    { general: 'none', suggestive: 'sexual', nudity: 'nudity', explicit: 'porn' },
    { otherName: 'content_labels' },
  ),
  mastodon: ratingMap(['none', 'sensitive', 'warning'], {
    general: 'none',
    suggestive: 'sensitive',
    nudity: 'sensitive',
    explicit: 'warning',
  }),
} satisfies Record<Platform, PlatformRatings<string>>

/**
 * Returns the effect of each rating by a map: a refusal in a sentence for people, otherwise the value as label. `none` and `allow` have
 * no label.
 */
export function effectsOf<V extends string>(
  platform: string,
  map: RatingMap<V>,
): (rating: Rating) => { refusal?: string; label?: string } {
  return (rating) => {
    const value = map[rating]
    if (value === refuse) return { refusal: refusedBySettings(platform, rating) }
    return value === 'none' || value === 'allow' ? {} : { label: value }
  }
}

/** Returns the sentence for people about a rating that the tenant's settings refuse on a platform. */
export function refusedBySettings(platform: string, rating: Rating): string {
  return `This site's settings send no photos rated “${rating}” to ${platform}.`
}
