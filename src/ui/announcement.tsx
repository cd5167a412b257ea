/** Tells a screen reader what has changed on the page. */
import type { GalleryState } from './gallery/gallery.ts'
import { altText } from './gallery/photo-text.ts'
import { serverLanguage } from './problem.ts'
import { kindOf } from './problem-kind.ts'
import { texts } from './texts.ts'

export function Announcement({ state }: { state: GalleryState }) {
  const { problem } = state
  return (
    <p class="visually-hidden" role="status">
      <span key={announcementKey(state)}>
        {announcement(state)}
        {problem?.detail && <span lang={serverLanguage}> {problem.detail}</span>}
      </span>
    </p>
  )
}

/** Text that a screen reader says after a change that others see. */
function announcement({ photo, problem, isBusy, hint, query, index, count }: GalleryState): string {
  if (problem) return `${texts.problems[kindOf(problem)].title}.`
  if (hint) return texts.hints[hint.reason]
  if (isBusy) return photo ? texts.loadingNext : texts.loading
  if (!photo) return ''
  const place = query && index !== null && count !== null ? ` ${texts.grid.place(index + 1, count)}` : ''
  return texts.photo(altText(photo)) + place
}

/** Changes with each photo: a new element is read out even if its text is the same. */
function announcementKey({ photo, position }: GalleryState): string {
  return `${photo?.filename} ${position}`
}
