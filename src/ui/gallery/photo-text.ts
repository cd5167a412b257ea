/** Texts about a photo: its caption, its alt text, its details. */
import { texts } from '../texts.ts'
import type { Photo } from './gallery-api.ts'

/** The text in place of the picture: the written one, else the caption, else a neutral one. */
export function altText({ alt_text, caption }: Photo): string {
  return filled(alt_text) ?? filled(caption) ?? texts.noDescription
}

/** The answer that an admin gets says more of the photo, and links to the original. */
export function isForAdmin({ picture }: Photo): boolean {
  return picture !== undefined
}

/** The rows of the details panel, as label and value. A row without a value is left out. */
export function detailsOf(photo: Photo): [label: string, value: string][] {
  const { filename, caption, alt_text, sd_caption: trained, metadata, picture } = photo
  const description = filled(alt_text)
  const { width, height, taken_at: takenAt } = picture ?? metadata ?? {}
  const rows: [label: string, value: string | undefined][] = [
    // The caption stands above already.
    [texts.facts.description, description === filled(caption) ? undefined : description],
    [texts.facts.taken, timeIn(takenAt)],
    [texts.facts.size, isPixels(width) && isPixels(height) ? texts.facts.pixels(width, height) : undefined],
    [texts.facts.credit, filled(isForAdmin(photo) ? metadata?.artist_alias : metadata?.credit)],
    [texts.facts.tags, tagsIn(metadata?.tags)],
    [texts.facts.trainingCaption, filled(trained)],
    [texts.facts.fileName, filename],
  ]
  return rows.flatMap(([label, value]): [string, string][] => (value === undefined ? [] : [[label, value]]))
}

function isPixels(value: unknown): value is number {
  return typeof value === 'number' && value > 0
}

/** The camera's own clock, wherever the page is looked at. */
function timeIn(value: unknown): string | undefined {
  const clock = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(filled(value) ?? '')?.[0]
  const time = clock === undefined ? Number.NaN : Date.parse(`${clock}Z`)
  return Number.isNaN(time) ? undefined : texts.facts.time(new Date(time))
}

/** Tags that a hand has written may be one text. */
function tagsIn(value: unknown): string | undefined {
  if (!Array.isArray(value)) return filled(value)
  return filled(value.flatMap((tag) => filled(tag) ?? []).join(', '))
}

function filled(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}
