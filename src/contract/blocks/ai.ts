/** The `ai` block: models, prompts and limits of the analysis. */
import { block, choice, credentialsRef, flag, name, text, whole } from '../lenient.ts'
import { lifecycleField, noticesField } from '../model-notices.ts'

const visionDetail = ['low', 'high', 'auto', 'original'] as const

export const aiField = block({
  credentials_ref: credentialsRef,
  vision_model: name(200),
  caption_model: name(200),
  system_prompt: text,
  role_prompt: text,
  sd_caption_enabled: flag(undefined),
  sd_caption_single_call_enabled: flag(undefined),
  sd_caption_model: name(200),
  sd_caption_system_prompt: text,
  sd_caption_role_prompt: text,
  model_notices: noticesField,
  vision_model_lifecycle: lifecycleField,
  caption_model_lifecycle: lifecycleField,
  rate_per_minute: whole(20, 1),
  /** Pixels. 0: the photo keeps its size. */
  vision_max_dimension: whole(1024, 0),
  vision_detail: choice(visionDetail, 'low'),
  vision_fallback_enabled: flag(true),
  vision_fallback_max_dimension: whole(2048, 0),
  vision_fallback_detail: choice(visionDetail, 'high'),
})
