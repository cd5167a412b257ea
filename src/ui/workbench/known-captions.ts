/** The caption that a platform gets when nobody types another: the server's own rule (src/workflow/sidecar.ts), read off the metadata. */
import { isRecord, type Photo } from '../api.ts'

export function knownCaption({ caption, metadata }: Photo, platform: string): string {
  const submitted = captionsIn(metadata?.caption_submitted)
  const generated = captionsIn(metadata?.caption_generated)
  const isMarked = /^(true|yes|1)$/i.test(String(metadata?.caption_edited ?? ''))
  const isEdited = isMarked || !Object.values(generated).includes(caption ?? '')
  const byPlatform = Object.keys(submitted).length > 0 ? submitted : isEdited ? {} : generated
  return byPlatform[platform] ?? caption ?? ''
}

function captionsIn(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([platform, text]) =>
      typeof text === 'string' && text.trim() !== '' ? [[platform, text]] : [],
    ),
  )
}
