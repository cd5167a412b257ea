/** Publishing status of a photo on each platform. Failures come first and can be repeated. */
import './publications.css'
import { useRef } from 'preact/hooks'
import type { Folder } from '../../../ports/photo.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { texts } from '../../texts.ts'
import type { ChannelName } from '../admin-api.ts'
import { titleOf } from './channel-title.ts'
import type { Desk, DeskState } from './desk.ts'
import { type Draft, isHeldUp } from './draft.ts'
import { PostTools } from './post-tools.tsx'
import { rankOf, type Standing, standingOf } from './standing.ts'
import { StandingLine } from './standing-line.tsx'
import { stageText } from './steps.tsx'

export interface PublicationsProps {
  desk: Desk
  state: DeskState
  photo: Photo
  draft: Draft
  folder: Folder
  /** True if existing posts are shown as a reason not to publish again. */
  isBefore?: boolean
  /** Publishes to this platform alone; `null` if publishing is impossible here. */
  onSend: ((platform: ChannelName, force: boolean) => Promise<void>) | null
}

const labels = texts.workbench

/** Renders nothing for a photo that was never sent. */
export function Publications(props: PublicationsProps) {
  const { desk, state, photo, draft, folder, isBefore = false, onSend } = props
  const area = useRef<HTMLElement>(null)
  const platforms = new Set([
    ...(photo.publications ?? []).map(({ platform }) => platform),
    ...Object.keys(draft.outcomes),
  ])
  const all = [...platforms].flatMap((platform) => {
    const standing = standingOf(draft, photo, platform)
    return standing ? [{ platform, standing }] : []
  })
  if (all.length === 0) return null
  const send = async (platform: ChannelName, force: boolean) => {
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
            name={titleOf(platform, standing.type)}
            standing={standing}
            isBefore={isBefore}
          >
            {onSend && (
              <>
                <Repeat standing={standing} draft={draft} onSend={(force) => void send(platform, force)} />
                <PostTools {...{ desk, state, draft, photo, folder, standing }} channel={platform} />
              </>
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
