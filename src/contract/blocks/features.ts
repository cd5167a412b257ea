/** The `features` block: what a tenant's people may do. */
import { block, choice, flag } from '../lenient.ts'

export const featuresField = block({
  publish_enabled: flag(false),
  analyze_caption_enabled: flag(false),
  keep_enabled: flag(true),
  remove_enabled: flag(true),
  delete_enabled: flag(false),
  auto_view_enabled: flag(false),
  library_enabled: flag(true),
  alt_text_enabled: flag(true),
  smart_hashtags_enabled: flag(true),
  /** Absent: on where there is a voice profile. */
  voice_matching_enabled: flag(undefined),
  /** A brake, as `content.debug` is: a value that cannot be used must not let photos out. */
  mode: choice(['review', 'publish'], undefined, {
    value: 'review',
    consequence: 'publishing is off until it is corrected',
  }),
})
