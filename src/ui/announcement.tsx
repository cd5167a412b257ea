/** Announces changes of the page to screen readers. */
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

/** Returns the text for a screen reader after a visible change. */
function announcement({ photo, problem, isBusy, hint, query, index, count }: GalleryState): string {
  if (problem) return `${texts.problems[kindOf(problem)].title}.`
  if (hint) return texts.hints[hint.reason]
  if (isBusy) return photo ? texts.loadingNext : texts.loading
  if (!photo) return ''
  const place = query && index !== null && count !== null ? ` ${texts.grid.place(index + 1, count)}` : ''
  return texts.photo(altText(photo)) + place
}

/** Returns a new key for each photo, because screen readers read a new element even if its text is the same. */
function announcementKey({ photo, position }: GalleryState): string {
  return `${photo?.filename} ${position}`
}
