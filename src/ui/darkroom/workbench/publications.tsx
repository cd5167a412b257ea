/** Publishing status of a photo on each platform. Failures come first and can be repeated. */
import './publications.css'
import { useRef } from 'preact/hooks'
import type { Photo } from '../../gallery/gallery-api.ts'
import { texts } from '../../texts.ts'
import type { PlatformName } from '../admin-api.ts'
import { type Draft, isHeldUp } from './draft.ts'
import { rankOf, type Standing, standingOf } from './standing.ts'
import { StandingLine } from './standing-line.tsx'
import { stageText } from './steps.tsx'

export interface PublicationsProps {
  photo: Photo
  draft: Draft
  /** True if existing posts are shown as a reason not to publish again. */
  isBefore?: boolean
  /** Publishes to this platform alone; `null` if publishing is impossible here. */
  onSend: ((platform: PlatformName, force: boolean) => Promise<void>) | null
}

const labels = texts.workbench

/** Renders nothing for a photo that was never sent. */
export function Publications({ photo, draft, isBefore = false, onSend }: PublicationsProps) {
  const area = useRef<HTMLElement>(null)
  const platforms = new Set([
    ...(photo.publications ?? []).map(({ platform }) => platform),
    ...(Object.keys(draft.outcomes) as PlatformName[]),
  ])
  const all = [...platforms].flatMap((platform) => {
    const standing = standingOf(draft, photo, platform)
    return standing ? [{ platform, standing }] : []
  })
  if (all.length === 0) return null
  const send = async (platform: PlatformName, force: boolean) => {
    await onSend?.(platform, force)
    // After a success the button is gone, so the focus moves to the section.
    if (document.activeElement === document.body) area.current?.focus({ preventScroll: true })
  }
  return (
    <section class="publications" aria-label={labels.publications} ref={area} tabIndex={-1}>
      {all
        .sort((one, other) => rankOf(one.standing) - rankOf(other.standing))
        .map(({ platform, standing }) => (
          <StandingLine
            key={platform}
            name={labels.platformNamed(platform)}
            standing={standing}
            isBefore={isBefore}
          >
            {onSend && (
              <Repeat standing={standing} draft={draft} onSend={(force) => void send(platform, force)} />
            )}
          </StandingLine>
        ))}
      {draft.work?.kind === 'publish' && <p role="status">{stageText(draft.work.stages)}</p>}
    </section>
  )
}

interface RepeatProps {
  standing: Standing
  draft: Draft
  onSend: (force: boolean) => void
}

function Repeat({ standing: { status }, draft, onSend }: RepeatProps) {
  if (status !== 'failed' && status !== 'unknown') return null
  const isBusy = isHeldUp(draft)
  return (
    <button
      type="button"
      class="button"
      // Not `disabled`, which would drop the focus.
      aria-disabled={isBusy}
      onClick={() => !isBusy && onSend(status === 'unknown')}
    >
      {status === 'failed' ? labels.retry : labels.force}
    </button>
  )
}
