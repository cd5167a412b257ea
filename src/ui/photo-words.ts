/** What is said about a photo: its caption, its text for those who do not see it, its details. */
import type { Photo } from './api.ts'
import { locale, texts } from './texts.ts'

/** The text in place of the picture: the written one, else the caption, else a neutral one. */
export function altText({ metadata, caption }: Photo): string {
  return filled(metadata?.alt_text) ?? filled(caption) ?? texts.noDescription
}

/** What the details panel lists, as label and value. */
export function detailsOf({
  filename,
  sd_caption,
  sha256,
  metadata,
}: Photo): [label: string, value: string][] {
  const described = Object.entries(metadata ?? {}).flatMap(([key, value]): [string, string][] => {
    const text = shownElsewhere.has(key) ? undefined : textOf(value)
    return text === undefined ? [] : [[labelOf(key), text]]
  })
  const trained = filled(sd_caption)
  return [
    ...described,
    ...(trained ? [[texts.sdCaption, trained] satisfies [string, string]] : []),
    [texts.fileName, filename],
    [texts.sha256, sha256],
  ]
}

const shownElsewhere: ReadonlySet<string> = new Set([
  'caption',
  'sd_caption',
  'sha256',
  'filename',
  'image_file',
])

/** `camera_model` -> `Camera model`. */
function labelOf(key: string): string {
  const words = key.replaceAll('_', ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? texts.yes : texts.no
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return filled(value.flatMap((member) => textOf(member) ?? []).join(', '))
  const text = filled(value)
  return text !== undefined && isTimestamp.test(text) ? new Date(text).toLocaleString(locale) : text
}

/** A full date and time with its zone (RFC 3339). */
const isTimestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

function filled(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}
