/** Tools for a post that is out: take it back, correct its caption. Says why where a platform does not allow that. */
import './post-tools.css'
import { useRef, useState } from 'preact/hooks'
import type { Folder } from '../../../ports/photo.ts'
import type { Photo, Possibility } from '../../gallery/gallery-api.ts'
import { serverLanguage } from '../../problem.ts'
import { texts } from '../../texts.ts'
import type { ChannelName } from '../admin-api.ts'
import { titleOf } from './channel-title.ts'
import { ConfirmButton } from './confirm-button.tsx'
import { CorrectionForm } from './correction-form.tsx'
import type { Desk, DeskState } from './desk.ts'
import { type ByPlatform, captionOf, type Draft, isHeldUp, type PostChange } from './draft.ts'
import { PossibilityLine } from './possibility-line.tsx'
import { ProblemLine } from './problem-line.tsx'
import type { Standing } from './standing.ts'

export interface PostToolsProps {
  desk: Desk
  state: DeskState
  draft: Draft
  photo: Photo
  /** Folder that shows the photo. */
  folder: Folder
  channel: ChannelName
  standing: Standing
}

const labels = texts.workbench

export function PostTools({ desk, state, draft, photo, folder, channel, standing }: PostToolsProps) {
  const area = useRef<HTMLDivElement>(null)
  const change = draft.changes[channel]
  const isOut = standing.status === 'published'
  const { retract, correct } = isOut ? standing : {}
  if (!retract && !correct && !change) return null
  const title = titleOf(channel)
  const isBusy = isHeldUp(draft)
  const after = async (work: Promise<ByPlatform<PostChange>>) => {
    const changes = await work
    // After a success the pressed button is gone.
    if (document.activeElement === document.body) area.current?.focus({ preventScroll: true })
    return changes[channel]?.success === true
  }
  return (
    <div class="post-tools" tabIndex={-1} ref={area}>
      {retract && !isPlain(retract) && <PossibilityLine kind="retract" can={retract} />}
      {correct && !isPlain(correct) && <PossibilityLine kind="correct" can={correct} />}
      <div class="buttons">
        {retract?.possible && (
          <ConfirmButton
            question={labels.retractQuestion(title)}
            yes={labels.retract}
            isBusy={isBusy}
            onYes={() => void after(desk.retract(photo, folder, [channel]))}
          >
            {labels.retract}
          </ConfirmButton>
        )}
        {correct?.possible && (
          <Correction
            {...{ state, draft, photo, channel, isBusy }}
            onSave={(caption) => after(desk.correct(photo, folder, channel, caption))}
          />
        )}
      </div>
      {/* Always rendered: screen readers often skip a live region that appears together with its text. */}
      <p role="status" class={change?.kind === 'correct' && change.success ? '' : 'visually-hidden'}>
        {change?.success && labels.changed[change.kind](title)}
      </p>
      {change && !change.success && <ChangeFailure change={change} />}
    </div>
  )
}

/** True if the button alone says everything. */
const isPlain = (can: Possibility) => can.possible && !can.until && !can.remark

interface CorrectionProps {
  state: DeskState
  draft: Draft
  photo: Photo
  channel: ChannelName
  isBusy: boolean
  /** Resolves with `true` if the caption was corrected. */
  onSave: (caption: string) => Promise<boolean>
}

/** Button that opens the form. The form stays open until the correction has succeeded. */
function Correction({ state, draft, photo, channel, isBusy, onSave }: CorrectionProps) {
  const [isOpen, setOpen] = useState(false)
  const rules = state.rules.find(({ platform }) => platform === channel)
  if (!isOpen || !rules) {
    return (
      <button type="button" class="button" aria-disabled={isBusy} onClick={() => !isBusy && setOpen(true)}>
        {labels.correct}
      </button>
    )
  }
  return (
    <CorrectionForm
      title={titleOf(channel)}
      rules={rules}
      hashtags={state.hashtags}
      caption={captionOf(draft, photo, channel)}
      isBusy={isBusy}
      onSave={(caption) => void onSave(caption).then((isDone) => setOpen(!isDone))}
      onCancel={() => setOpen(false)}
    />
  )
}

/** Reason why the last change failed. */
function ChangeFailure({ change: { kind, error, problem } }: { change: PostChange }) {
  if (problem) return <ProblemLine problem={problem} />
  return (
    <p class="refused" role="alert">
      {labels.notChanged[kind]} <span lang={serverLanguage}>{error}</span>
    </p>
  )
}
