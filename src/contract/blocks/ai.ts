/** The `ai` block: models, prompts and limits of the analysis. */
import { block, choice, credentialsRef, documented, flag, name, text, whole } from '../lenient.ts'
import { lifecycleField, noticesField } from '../model-notices.ts'

const visionDetail = ['low', 'high', 'auto', 'original'] as const

export const aiField = documented(
  block({
    credentials_ref: documented(credentialsRef, {
      description: 'Reference to credentials of the provider `openai`. Analysis is off without them.',
      example: 'alice-ai',
    }),
    vision_model: documented(name(200), {
      description: 'Model that describes the photo.',
      example: 'gpt-4o',
    }),
    caption_model: documented(name(200), {
      description: 'Model that writes the captions.',
      example: 'gpt-4o-mini',
    }),
    system_prompt: documented(text, {
      description: 'System prompt of the caption call.',
      example: 'You write captions for a rope artist.',
      whenAbsent: 'built in',
    }),
    role_prompt: documented(text, {
      description: 'First line of the caption prompt; platforms and limits follow it.',
      example: 'Write captions for this photo.',
      whenAbsent: 'built in',
    }),
    sd_caption_enabled: documented(flag(undefined), {
      description: 'Also writes a Stable Diffusion training caption.',
      example: true,
      whenAbsent: '`true`',
    }),
    sd_caption_single_call_enabled: documented(flag(undefined), {
      description: 'Asks for captions and the training caption in one call.',
      example: true,
      whenAbsent: '`true`',
    }),
    sd_caption_model: documented(name(200), {
      description: 'Model of the training caption when it has its own call.',
      example: 'gpt-4o-mini',
      whenAbsent: '`caption_model`',
    }),
    sd_caption_system_prompt: documented(text, {
      description: 'System prompt of the training caption.',
      example: 'You write Stable Diffusion captions.',
      whenAbsent: 'built in',
    }),
    sd_caption_role_prompt: documented(text, {
      description: 'Prompt of the training caption.',
      example: 'Write one caption of at most 75 words.',
      whenAbsent: 'built in',
    }),
    model_notices: documented(noticesField, {
      description: 'Notices about the models. They are logged and shown to admins.',
      example: ['gpt-4o retires in March.'],
    }),
    vision_model_lifecycle: documented(lifecycleField, { description: 'End of life of `vision_model`.' }),
    caption_model_lifecycle: documented(lifecycleField, { description: 'End of life of `caption_model`.' }),
    rate_per_minute: documented(whole(20, 1), {
      description: 'AI calls per minute for this tenant. Further calls wait up to 10 s, then fail.',
      example: 20,
    }),
    vision_max_dimension: documented(whole(1024, 0), {
      description:
        'Longest side in pixels of the photo sent to the AI. 0 does not resize (4,096 pixels at most).',
      example: 1024,
    }),
    vision_detail: documented(choice(visionDetail, 'low'), {
      description: "Detail level of the vendor's API.",
      example: 'low',
    }),
    vision_fallback_enabled: documented(flag(true), {
      description: 'Retries a failed description once with the fallback size and detail.',
      example: true,
    }),
    vision_fallback_max_dimension: documented(whole(2048, 0), {
      description: 'Longest side in pixels of the retry. 0 does not resize.',
      example: 2048,
    }),
    vision_fallback_detail: documented(choice(visionDetail, 'high'), {
      description: 'Detail level of the retry.',
      example: 'high',
    }),
  }),
  { description: 'Models, prompts and limits of the analysis.' },
)
