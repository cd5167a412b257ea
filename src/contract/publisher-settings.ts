/** Settings of each platform: `config` of an entry. Settings that this version does not know pass unchanged. */
import { z } from 'zod'
import { block, choice, documented, type Field, field, list, name } from './lenient.ts'
import type { Platform } from './platform.ts'
import { ratingMaps } from './rating-map.ts'

/** A language as BCP 47 tag, such as `en` or `pt-BR`. */
const language = z
  .string()
  .trim()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/)

const telegram = block({
  channel_id: documented(
    field(z.union([z.number().int(), z.string().trim().max(100)]), undefined, 'a number or @name'),
    {
      description: 'Channel or group that gets the photos. The bot needs the right to post there.',
      example: '@alice',
    },
  ),
  rating_map: ratingMaps.telegram.field,
})

const email = block({
  recipient: documented(name(320), {
    description: 'Upload address that gets the mails.',
    example: 'upload@fetlife.example',
  }),
  caption_target: documented(choice(['subject', 'body', 'both'], undefined), {
    description: 'Part of the mail that carries the caption.',
    example: 'subject',
  }),
  subject_mode: documented(choice(['normal', 'private', 'avatar'], undefined), {
    description:
      'Prefix of the subject: `private` shows the photo to friends only, `avatar` makes it the profile picture.',
    example: 'normal',
  }),
  rating_map: ratingMaps.email.field,
})

const instagram = block({
  ratio: documented(choice(['pad', 'crop'], undefined), {
    description:
      'Treatment of photos that are too narrow or too wide: `pad` adds a border, `crop` cuts the longer sides.',
    example: 'pad',
    whenAbsent: '`pad`',
  }),
  pad_colour: documented(
    field(
      z
        .string()
        .trim()
        .toLowerCase()
        .regex(/^#[0-9a-f]{6}$/),
      undefined,
      'a colour such as #cc4400',
    ),
    { description: 'Colour of the border.', example: '#ffffff', whenAbsent: '`#ffffff`' },
  ),
  rating_map: ratingMaps.instagram.field,
})

const bluesky = block({
  langs: documented(list(language, 3), {
    description: 'Languages of the captions as BCP 47 tags. The first three count.',
    example: ['en', 'de'],
    whenAbsent: 'none',
  }),
  rating_map: ratingMaps.bluesky.field,
  content_labels: ratingMaps.bluesky.otherField,
})

const mastodon = block({
  visibility: documented(
    choice(['public', 'unlisted', 'private'], undefined, {
      value: 'private',
      consequence: 'only followers see new posts until it is corrected',
    }),
    {
      description:
        'Visibility of posts. `private` shows them to followers only. An unusable value means `private`.',
      example: 'unlisted',
      whenAbsent: '`unlisted`',
    },
  ),
  content_warning: documented(
    field(z.string().trim().max(500), undefined, 'text of at most 500 characters'),
    {
      description: 'Content warning of photos whose rating is mapped to `warning`.',
      example: 'NSFW',
      whenAbsent: '`NSFW`',
    },
  ),
  language: documented(field(language, undefined, 'a language such as en'), {
    description: 'Language of the captions.',
    example: 'en',
    whenAbsent: "the account's own",
  }),
  rating_map: ratingMaps.mastodon.field,
})

export const publisherSettings: Readonly<Record<Platform, Field<Record<string, unknown>>>> = {
  telegram,
  email,
  instagram,
  bluesky,
  mastodon,
}
