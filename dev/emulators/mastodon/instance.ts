/** Instance documents (Mastodon API, "instance"; Pleroma, "Instance"). */
import type { MastodonState } from './posts.ts'

const mediaTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp']

/** Returns the document of `/api/v2/instance`. */
export function instanceV2(state: MastodonState) {
  const { flavour, title, url } = state
  return {
    domain: new URL(url).host,
    title,
    version: flavour.version,
    description: 'An emulator on this machine.',
    configuration: configurationOf(state),
    rules: [],
  }
}

/** Returns the document of `/api/v1/instance`. Forks put their limits at the top level. */
export function instanceV1(state: MastodonState) {
  const { flavour, limits, title, url } = state
  const common = { uri: new URL(url).host, title, version: flavour.version, description: '', rules: [] }
  if (flavour.version.includes('compatible; Pleroma') || flavour.version.includes('compatible; Akkoma')) {
    const { maxCharacters, description, imageBytes } = limits
    return {
      ...common,
      max_toot_chars: maxCharacters,
      description_limit: description,
      upload_limit: imageBytes,
    }
  }
  if (!flavour.canEdit && flavour.version.startsWith('2.')) {
    return { ...common, max_toot_chars: limits.maxCharacters }
  }
  return { ...common, configuration: configurationOf(state) }
}

function configurationOf({ limits }: MastodonState) {
  return {
    statuses: {
      max_characters: limits.maxCharacters,
      max_media_attachments: limits.maxMedia,
      characters_reserved_per_url: limits.charactersPerUrl,
    },
    media_attachments: {
      supported_mime_types: mediaTypes,
      image_size_limit: limits.imageBytes,
      image_matrix_limit: limits.imagePixels,
      description_limit: limits.description,
    },
  }
}
