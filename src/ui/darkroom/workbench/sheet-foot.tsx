/** Foot of the sheet: buttons to save, preview and publish, or the reason why nothing would be sent. */
import type { Features } from '../../account/account-api.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { texts } from '../../texts.ts'
import type { ChannelName } from '../admin-api.ts'
import { titleOf } from './channel-title.ts'
import type { Desk, DeskState } from './desk.ts'
import { type Draft, isHeldUp, unsavedCaptions } from './draft.ts'
import { progressText } from './progress-text.ts'
import { headlineOf, isPublished, isSendable, standingOf } from './standing.ts'

export interface SheetFootProps extends ButtonProps {
  state: DeskState
  features: Features
  /** Chosen platforms. */
  chosen: readonly ChannelName[]
  /** True while the sheet shows preview and results instead of the captions. */
  isSending: boolean
  onPreview: () => void
  onDone: () => void
}

const labels = texts.workbench

export function SheetFoot(props: SheetFootProps) {
  const { desk, state, draft, photo, features, chosen, isSending, onPreview, onDone } = props
  const whyNot = reasonNotToSend(state, draft, photo, chosen)
  // The headline already contains the reason.
  const reason = features.publish && !(isSending && headlineOf(draft.outcomes) !== '') ? whyNot : null
  const isOff = isHeldUp(draft) || chosen.length === 0 || whyNot !== null
  return (
    <div class="sheet-foot">
      {reason && (
        <p class="why-not muted" id="why-not">
          {reason}
        </p>
      )}
      {isSending ? (
        <SendButton
          desk={desk}
          draft={draft}
          photo={photo}
          chosen={chosen}
          isExplained={reason !== null}
          onDone={onDone}
        />
      ) : (
        <>
          {draft.archivedAs === null && (
            <SaveButton desk={desk} state={state} draft={draft} photo={photo} isMain={!features.publish} />
          )}
          {features.publish && state.rules.length > 0 && (
            <button
              type="button"
              class="button action"
              // Not `disabled`, so that keyboard users can reach the button and hear the reason.
              aria-disabled={isOff}
              aria-describedby={whyNot === null ? undefined : 'why-not'}
              onClick={() => !isOff && onPreview()}
            >
              {chosen.length === 0 && whyNot === null ? labels.choosePlatform : labels.preview}
            </button>
          )}
        </>
      )}
    </div>
  )
}

/** Returns the reason why publishing would send nothing; `null` if it would send or no platform is chosen. */
function reasonNotToSend(
  { rules }: DeskState,
  draft: Draft,
  photo: Photo,
  chosen: readonly ChannelName[],
): string | null {
  const hasAll = (platforms: readonly ChannelName[]) =>
    platforms.length > 0 && platforms.every((platform) => isPublished(standingOf(draft, photo, platform)))
  if (hasAll(chosen)) return labels.wouldSkip
  return chosen.length === 0 && hasAll(rules.map(({ platform }) => platform)) ? labels.wouldSkipAll : null
}

interface ButtonProps {
  desk: Desk
  draft: Draft
  photo: Photo
}

/** Button that publishes or retries. Closes the sheet once nothing is left to send. */
function SendButton({
  desk,
  draft,
  photo,
  chosen,
  isExplained,
  onDone,
}: ButtonProps & { chosen: readonly ChannelName[]; isExplained: boolean; onDone: () => void }) {
  const { outcomes } = draft
  // A platform with an unknown outcome has its own button.
  const sendable = chosen.filter((platform) => isSendable(standingOf(draft, photo, platform)))
  const isAgain = sendable.some((platform) => standingOf(draft, photo, platform)?.status === 'failed')
  const isOff = isHeldUp(draft) || sendable.length === 0
  if (sendable.length === 0 && Object.keys(outcomes).length > 0) {
    return (
      <button type="button" class="button action" disabled={isHeldUp(draft)} onClick={onDone}>
        {labels.done}
      </button>
    )
  }
  return (
    <button
      type="button"
      class="button action"
      aria-busy={isHeldUp(draft)}
      aria-disabled={isOff}
      aria-describedby={isExplained ? 'why-not' : undefined}
      onClick={() => !isOff && void desk.publish(photo, { platforms: sendable })}
    >
      {isHeldUp(draft)
        ? progressText(draft)
        : isAgain
          ? labels.retry
          : labels.publishTo((isOff ? chosen : sendable).map((platform) => titleOf(platform)))}
    </button>
  )
}

function SaveButton({
  desk,
  state,
  draft,
  photo,
  isMain,
}: ButtonProps & { state: DeskState; isMain: boolean }) {
  const isUnsaved = unsavedCaptions(draft, photo, state.rules) !== null
  return (
    <button
      type="button"
      class={`button ${isMain ? 'action' : ''}`}
      aria-busy={draft.work?.kind === 'save'}
      // Not `disabled`, which would drop the focus after saving.
      aria-disabled={isHeldUp(draft) || !isUnsaved}
      onClick={() => !isHeldUp(draft) && isUnsaved && void desk.save(photo)}
    >
      {labels.save}
    </button>
  )
}
