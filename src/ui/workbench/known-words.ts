/** The words that are saved with a photo, by the server's own rules (src/workflow/sidecar.ts), read off the metadata. */
import { isRecord, type Photo } from '../api.ts'

/** The caption that a platform gets when nobody types another. */
export function knownCaption(photo: Photo, platform: string): string {
  const submitted = captionsIn(photo.metadata?.caption_submitted)
  const generated = captionsIn(photo.metadata?.caption_generated)
  const byPlatform = Object.keys(submitted).length > 0 ? submitted : isPersons(photo) ? {} : generated
  return byPlatform[platform] ?? photo.caption ?? ''
}

/** Whether a person wrote the caption: the AI then leaves it as it is. */
export function isPersons({ caption, metadata }: Photo): boolean {
  if (caption === null) return false
  if (Object.keys(captionsIn(metadata?.caption_submitted)).length > 0) return true
  const isMarked = /^(true|yes|1)$/i.test(String(metadata?.caption_edited ?? ''))
  return isMarked || !Object.values(captionsIn(metadata?.caption_generated)).includes(caption)
}

export function knownAltText({ metadata }: Photo): string {
  return typeof metadata?.alt_text === 'string' ? metadata.alt_text.trim() : ''
}

function captionsIn(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([platform, text]) =>
      typeof text === 'string' && text.trim() !== '' ? [[platform, text]] : [],
    ),
  )
}
