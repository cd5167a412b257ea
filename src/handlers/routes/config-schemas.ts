/** Schemas of the configuration that clients may read. */
import { z } from '@hono/zod-openapi'
import { platforms } from '../../contract/platform.ts'

export const featuresResponseSchema = z
  .object({
    publish_enabled: z.boolean().openapi({ description: 'False in review, even if the flag is on' }),
    analyze_caption_enabled: z.boolean(),
    keep_enabled: z.boolean(),
    remove_enabled: z.boolean(),
    delete_enabled: z.boolean(),
    auto_view_enabled: z.boolean(),
    library_enabled: z.boolean(),
    alt_text_enabled: z.boolean(),
    smart_hashtags_enabled: z.boolean(),
    voice_matching_enabled: z.boolean(),
    mode: z.enum(['review', 'publish']).optional(),
    auth_mode: z.enum(['auth0', 'none']),
    storage_provider: z.string(),
    default_platforms: z.array(z.string()).optional().openapi({
      description: 'Channels that get a photo when a request names none. Absent: all channels',
    }),
    max_upload_mb: z.number().openapi({ description: 'Size limit of a photo, in units of 1,048,576 bytes' }),
  })
  .openapi('Features')

export const publishersResponseSchema = z
  .object(Object.fromEntries(platforms.map((platform) => [platform, z.boolean()])))
  .openapi('Publishers')

export const adminStatusSchema = z
  .object({
    admin: z.boolean(),
    email: z.string().optional(),
    notices: z
      .array(
        z.object({
          model: z.enum(['vision', 'caption']).nullable(),
          severity: z.enum(['info', 'warning', 'critical']),
          text: z.string().nullable(),
          shutdown_date: z.string().nullable(),
          recommended_replacement: z.string().nullable(),
        }),
      )
      .optional()
      .openapi({ description: 'For admins: AI models that will be retired. Absent if there are none' }),
  })
  .openapi('AdminStatus')

export type AdminStatus = z.output<typeof adminStatusSchema>

export const voiceProfileSchema = z
  .object({ voice_profile: z.array(z.string()), enabled: z.boolean() })
  .openapi('VoiceProfile')
