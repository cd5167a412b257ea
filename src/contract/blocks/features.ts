/** The `features` block: switches for the functions of a tenant's gallery. */
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
  /** Default: on if the tenant has a voice profile. */
  voice_matching_enabled: flag(undefined),
  /** Safety switch like `content.debug`: an unusable value must not let photos be published. */
  mode: choice(['review', 'publish'], undefined, {
    value: 'review',
    consequence: 'publishing is off until it is corrected',
  }),
})
