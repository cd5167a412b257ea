/** The blocks about texts: `captionfile`, `confirmation` and `content`. */
import { z } from 'zod'
import { block, choice, documented, type Fault, field, flag, list, text, whole } from '../lenient.ts'
import { defaultRating, ratings } from '../rating.ts'
import { timeZone } from '../time-zone.ts'
import { watermarkField } from './watermark.ts'

export const captionFileField = documented(
  block({
    extended_metadata_enabled: documented(flag(false), {
      description: 'Writes everything that the AI saw (tags, mood, pose, light) into the sidecar.',
      example: true,
    }),
    artist_alias: documented(text, {
      description: "Artist's name in sidecars and photo credits.",
      example: 'Alice',
    }),
  }),
  { description: 'Contents of the sidecar files.' },
)

const tagsCount = whole(5, Number.MIN_SAFE_INTEGER)

export const confirmationField = documented(
  block({
    confirmation_to_sender: documented(flag(true), {
      description: 'Mails a copy with tags to the admins after publishing by mail.',
      example: true,
    }),
    confirmation_tags_count: documented(
      {
        ...tagsCount,
        read: (value: unknown, path: string, faults: Fault[]) =>
          Math.max(0, tagsCount.read(value, path, faults)),
      },
      { description: 'Number of tags in that mail. A negative count is 0.', example: 5 },
    ),
    confirmation_tags_nature: documented(text, {
      description: 'Kind of tags that the AI should find.',
      example: 'short nouns',
    }),
  }),
  { description: 'Mail that confirms a photo published by mail.' },
)

/** Upper bound on the sample captions that the AI gets. The rest are dropped. */
export const maxVoiceProfile = 20
/** Upper bound on the channels that a gallery publishes to without being asked. */
export const maxDefaultPlatforms = 20

export const contentField = documented(
  block({
    hashtag_string: documented(field(z.string().max(20_000), '', 'text of at most 20,000 characters'), {
      description: 'Hashtags of every caption whose platform allows them, in front of those of the AI.',
      example: '#shibari #rope',
    }),
    archive: documented(flag(true), {
      description: 'Moves a photo to the `archive` folder when at least one platform has it.',
      example: true,
    }),
    debug: documented(
      flag(false, { value: true, consequence: 'nothing is sent or moved until it is corrected' }),
      {
        description: 'Test mode: publishing sends and moves nothing. An unusable value means `true`.',
        example: false,
      },
    ),
    keep_credit: documented(flag(true), {
      description:
        'Writes creator, copyright and usage terms of the photo into the copies that leave. All else is removed.',
      example: true,
    }),
    write_xmp: documented(flag(false), {
      description:
        "Writes the AI's alt text into the photo's XMP file, and changes nothing else in that file.",
      example: false,
    }),
    default_rating: documented(choice(ratings, defaultRating), {
      description: 'Rating of photos that neither a person nor the AI has rated.',
      example: 'nudity',
    }),
    default_platforms: documented(list(z.string().trim().min(1).max(100), maxDefaultPlatforms), {
      description: 'Channels that get a photo when a request names none: platforms, or `id`s of entries.',
      example: ['telegram', 'bluesky'],
      whenAbsent: 'all enabled channels',
    }),
    time_zone: documented(field(timeZone, undefined, 'a time zone such as Europe/Berlin'), {
      description: "Time zone of the photographer, as a name of IANA's list.",
      example: 'Europe/Berlin',
      whenAbsent: 'UTC',
    }),
    watermark: watermarkField,
    voice_profile: documented(list(z.string().max(20_000), maxVoiceProfile), {
      description: "Captions in the photographer's own voice, as examples for the AI.",
      example: ['Quiet hands.', 'The rope remembers.'],
    }),
  }),
  { description: 'Captions and publishing.' },
)
