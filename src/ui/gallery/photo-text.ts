/** Texts about a photo: alt text and details. */
import { texts } from '../texts.ts'
import type { Photo } from './gallery-api.ts'

/** Returns the alt text. Falls back to the caption, then to a neutral text. */
export function altText({ alt_text, caption }: Photo): string {
  return filled(alt_text) ?? filled(caption) ?? texts.noDescription
}

/** True if the server answered an admin, who gets more data and a link to the original. */
export function isForAdmin({ picture }: Photo): boolean {
  return picture !== undefined
}

/** Returns the size of the upright original in pixels; `null` if unknown. */
export function pixelsOf({ picture, metadata }: Photo): { width: number; height: number } | null {
  const { width, height } = picture ?? metadata ?? {}
  return isPixels(width) && isPixels(height) ? { width, height } : null
}

/** Returns the rows of the details panel as label and value, without empty rows. */
export function detailsOf(photo: Photo): [label: string, value: string][] {
  const { filename, caption, alt_text, sd_caption: trained, metadata, picture } = photo
  const description = filled(alt_text)
  const { taken_at: takenAt } = picture ?? metadata ?? {}
  const pixels = pixelsOf(photo)
  const rows: [label: string, value: string | undefined][] = [
    // The panel already shows the caption above.
    [texts.facts.description, description === filled(caption) ? undefined : description],
    [texts.facts.taken, timeIn(takenAt)],
    [texts.facts.size, pixels ? texts.facts.pixels(pixels.width, pixels.height) : undefined],
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

/** Formats the camera's local time, regardless of the visitor's time zone. */
function timeIn(value: unknown): string | undefined {
  const clock = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(filled(value) ?? '')?.[0]
  const time = clock === undefined ? Number.NaN : Date.parse(`${clock}Z`)
  return Number.isNaN(time) ? undefined : texts.facts.time(new Date(time))
}

/** Joins tags. A hand-written sidecar may have a single text instead of a list. */
function tagsIn(value: unknown): string | undefined {
  if (!Array.isArray(value)) return filled(value)
  return filled(value.flatMap((tag) => filled(tag) ?? []).join(', '))
}

function filled(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}
