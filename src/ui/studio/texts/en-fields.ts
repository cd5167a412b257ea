/** English texts of the fields on the settings page. */
import type { FieldPath } from '../fields.ts'

const platformNames: Readonly<Record<string, string>> = {
  telegram: 'Telegram',
  instagram: 'Instagram',
  bluesky: 'Bluesky',
  mastodon: 'Mastodon',
  email: 'FetLife (mail)',
}

export const fieldWords = {
  locked: 'Your operator decides.',
  useDefault: 'Use default',
  default: 'Default',
  fields: {
    'appearance.title': 'Title',
    'appearance.accent_color': 'Accent color',
    'appearance.background_color': 'Background color',
    'features.auto_view_enabled': 'Anyone can view the gallery',
    'content.time_zone': 'Time zone',
    'content.hashtag_string': 'Hashtags',
    'content.voice_profile': 'Sample captions',
    'content.default_rating': 'Default rating',
    'content.default_platforms': 'Channels selected by default',
    'content.watermark.text': 'Watermark text',
    'content.watermark.position': 'Watermark position',
    'content.watermark.opacity': 'Watermark opacity',
    'ai.system_prompt': 'AI instructions',
    'ai.role_prompt': 'AI task for captions',
    'storage.paths.root': 'Photo folder',
    'storage.paths.archive': 'Folder for published photos',
    'storage.paths.keep': 'Folder for kept photos',
    'storage.paths.remove': 'Folder for removed photos',
  } satisfies Record<FieldPath, string>,
  fieldHints: {
    'appearance.title': 'At most 60 characters. Default: the first part of your address.',
    'features.auto_view_enabled': 'When off, only admins see photos.',
    'content.hashtag_string': 'At the start of the hashtags of every caption.',
    'content.voice_profile': 'Captions in your own voice. The AI writes in this style.',
    'content.default_rating': 'For photos without a rating of their own.',
    'content.watermark.text': 'At most 80 Latin letters, digits and signs. Leave empty for no watermark.',
  } as Readonly<Record<string, string>>,
  fieldName: (path: string) => fieldNames[path] ?? path,
  ratings: {
    general: 'General',
    suggestive: 'Suggestive',
    nudity: 'Nudity',
    explicit: 'Explicit',
  } as Readonly<Record<string, string>>,
  platformName: (platform: string) => platformNames[platform] ?? platform,
  positions: {
    'top-left': 'Top left',
    top: 'Top',
    'top-right': 'Top right',
    left: 'Left',
    center: 'Center',
    right: 'Right',
    'bottom-left': 'Bottom left',
    bottom: 'Bottom',
    'bottom-right': 'Bottom right',
  } as Readonly<Record<string, string>>,
  voice: {
    label: (number: number) => `Sample caption ${number}`,
    add: 'Add a caption',
    remove: (number: number) => `Remove sample caption ${number}`,
    full: 'That’s the maximum of 20.',
  },
  zone: {
    suggest: (zone: string) => `Use ${zone}`,
    none: 'Not set',
  },
  preview: {
    title: 'Preview',
    dark: 'Dark',
    light: 'Light',
    sample: 'A caption with a link',
    ratio: (ratio: string) => `Contrast ${ratio}`,
    good: 'Easy to read.',
    accentRefused: 'The accent color is too hard to read here, so the default is used.',
    backgroundRefused: 'Text is too hard to read on this background, so the default is used.',
  },
  on: 'On',
  off: 'Off',
}

const fieldNames: Readonly<Record<string, string>> = fieldWords.fields

export type FieldWords = typeof fieldWords
