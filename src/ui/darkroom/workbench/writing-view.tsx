/** View in which an admin or the AI writes a photo's captions. */
import './remark.css'
import type { Features } from '../../account/account-api.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { texts } from '../../texts.ts'
import { DeleteIcon } from '../icons.tsx'
import { AnalysisControls } from './analysis-controls.tsx'
import { ConfirmButton } from './confirm-button.tsx'
import type { Desk, DeskState } from './desk.ts'
import { altTextOf, captionOf, chosenOf, type Draft, isHeldUp, isPersons } from './draft.ts'
import { PlatformEditor } from './platform-editor.tsx'
import { Publications, type PublicationsProps } from './publications.tsx'
import { RatingControl } from './rating-control.tsx'
import { VariantButtons } from './variant-buttons.tsx'

export interface WritingViewProps {
  desk: Desk
  state: DeskState
  draft: Draft
  photo: Photo
  features: Features
  /** Called when a retry starts from this view; the sheet then shows the results. */
  onSend: () => void
}

const labels = texts.workbench

export function WritingView({ desk, state, draft, photo, features, onSend }: WritingViewProps) {
  const { work } = draft
  const isArchived = draft.archivedAs !== null
  const isAnalyzing = work?.kind === 'analyze'
  const chosen = chosenOf(draft, photo, state.rules, state.usual)
  const send: PublicationsProps['onSend'] = (platform, force) => {
    onSend()
    return desk.publish(photo, { platforms: [platform], force })
  }
  return (
    <>
      <Publications
        {...{ desk, state, photo, draft }}
        folder="root"
        isBefore
        onSend={features.publish ? send : null}
      />
      {features.review && <p class="remark">{labels.review}</p>}
      {!features.publish && !features.review && <p class="remark">{labels.publishOff}</p>}
      <AnalysisControls
        desk={desk}
        draft={draft}
        photo={photo}
        canAnalyze={features.analyze && !isArchived}
      />
      {features.analyze && !isArchived && <VariantButtons {...{ desk, state, draft, photo }} />}
      {draft.done === 'written' && isPersons(photo) && Object.keys(draft.captions).length > 0 && (
        <p class="remark">{labels.keptByPerson}</p>
      )}
      {photo.captions?.source === 'photographer' && <p class="remark">{labels.byPhotographer}</p>}
      {draft.replaced && <Replaced onTakeBack={() => desk.takeBack(photo)} />}
      <RatingControl
        draft={draft}
        photo={photo}
        channels={state.rules}
        isBusy={isArchived || work?.kind === 'publish'}
        onRate={(rating) => void desk.rate(photo, rating)}
      />
      {state.rules.map((rules) => (
        <PlatformEditor
          key={`${photo.filename} ${rules.platform}`}
          rules={rules}
          photo={photo}
          hashtags={state.hashtags}
          caption={captionOf(draft, photo, rules.platform)}
          isChosen={chosen.includes(rules.platform)}
          isBusy={isAnalyzing || work?.kind === 'publish'}
          canPublish={features.publish}
          onWrite={(caption) => desk.write(photo, rules.platform, caption)}
          onChoose={(chooses) => desk.choose(photo, rules.platform, chooses)}
        />
      ))}
      {!state.isReady && <p class="muted">{labels.loadingPlatforms}</p>}
      {state.isReady && !state.problem && state.rules.length === 0 && (
        <p class="muted">{labels.noPlatforms}</p>
      )}
      {features.altText && (
        <AltTextField
          text={altTextOf(draft, photo)}
          isReadOnly={isAnalyzing || isArchived || work?.kind === 'publish'}
          onWrite={(text) => desk.describe(photo, text)}
        />
      )}
      {features.delete && !isArchived && (
        <ConfirmButton
          class="danger apart"
          question={labels.deleteQuestion}
          yes={labels.deleteYes}
          isBusy={isHeldUp(draft)}
          onYes={() => void desk.erase(photo)}
        >
          <DeleteIcon />
          {labels.deleteForGood}
        </ConfirmButton>
      )}
    </>
  )
}

interface AltTextFieldProps {
  text: string
  isReadOnly: boolean
  onWrite: (text: string) => void
}

function AltTextField({ text, isReadOnly, onWrite }: AltTextFieldProps) {
  return (
    <div class="platform">
      <label class="platform-head" for="alt-text">
        {labels.altText}
      </label>
      <textarea
        id="alt-text"
        rows={2}
        maxLength={2000}
        value={text}
        readOnly={isReadOnly}
        placeholder={labels.altTextPlaceholder}
        onInput={(event) => onWrite(event.currentTarget.value)}
      />
    </div>
  )
}

/** Offers to restore the captions that the AI replaced. The button then disappears, so the title gets its focus. */
function Replaced({ onTakeBack }: { onTakeBack: () => void }) {
  return (
    <div class="remark">
      <p>{labels.replaced}</p>
      <button
        type="button"
        class="button"
        onClick={() => {
          onTakeBack()
          document.querySelector<HTMLElement>('.sheet h2')?.focus()
        }}
      >
        {labels.takeBack}
      </button>
    </div>
  )
}
