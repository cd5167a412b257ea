/** The `features` block: what a tenant's admins and visitors may do. */
import { block, choice, documented, flag } from '../lenient.ts'

export const featuresField = documented(
  block({
    publish_enabled: documented(flag(false), {
      description: 'Lets admins and schedules publish photos.',
      example: true,
    }),
    analyze_caption_enabled: documented(flag(false), {
      description: 'Lets admins have photos described by the AI. Needs `ai.credentials_ref`.',
      example: true,
    }),
    keep_enabled: documented(flag(true), {
      description: 'Lets admins move photos to the folder `paths.keep`.',
      example: true,
    }),
    remove_enabled: documented(flag(true), {
      description: 'Lets admins move photos to the folder `paths.remove`.',
      example: true,
    }),
    delete_enabled: documented(flag(false), {
      description: 'Lets admins delete photos for good.',
      example: true,
    }),
    auto_view_enabled: documented(flag(false), {
      description: 'Shows the gallery to all visitors. When false, only admins see photos.',
      example: true,
    }),
    library_enabled: documented(flag(true), {
      description: 'Gives admins the library: list, upload, move and delete.',
      example: true,
    }),
    alt_text_enabled: documented(flag(true), {
      description: 'Lets the AI and admins write alt text.',
      example: true,
    }),
    smart_hashtags_enabled: documented(flag(true), {
      description:
        'Lets the AI add hashtags that fit the photo, behind those of `content.hashtag_string`. All are in lower case.',
      example: true,
    }),
    voice_matching_enabled: documented(flag(undefined), {
      description: 'Makes the AI imitate the captions in `content.voice_profile`.',
      example: true,
      whenAbsent: '`true` if `content.voice_profile` has entries',
    }),
    storage_ops_metering_enabled: documented(flag(false), {
      description:
        'Reports the number of requests to the storage to billing. Only for storages that charge for requests: `s3` and `managed`.',
      example: true,
    }),
    /** A brake, like `content.debug`: an unusable value must not allow publishing. */
    mode: documented(
      choice(['review', 'publish'], undefined, {
        value: 'review',
        consequence: 'publishing is off until it is corrected',
      }),
      {
        description:
          '`review` turns publishing off, even if `publish_enabled` is true. An unusable value means `review`.',
        example: 'publish',
        whenAbsent: '`publish`',
      },
    ),
  }),
  { description: 'Features that the tenant may use.' },
)
