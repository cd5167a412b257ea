/** View in which an admin or the AI writes a photo's captions. */
import './remark.css'
import './writing-view.css'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Features } from '../../account/account-api.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { texts } from '../../texts.ts'
import { DeleteIcon } from '../icons.tsx'
import { AnalysisControls } from './analysis-controls.tsx'
import type { Desk, DeskState } from './desk.ts'
import { altTextOf, captionOf, chosenOf, type Draft, isHeldUp, isPersons } from './draft.ts'
import { PlatformEditor } from './platform-editor.tsx'
import { Publications, type PublicationsProps } from './publications.tsx'

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
      <Publications photo={photo} draft={draft} isBefore onSend={features.publish ? send : null} />
      {features.review && <p class="remark">{labels.review}</p>}
      {!features.publish && !features.review && <p class="remark">{labels.publishOff}</p>}
      <AnalysisControls
        desk={desk}
        draft={draft}
        photo={photo}
        canAnalyze={features.analyze && !isArchived}
      />
      {draft.done === 'written' && isPersons(photo) && Object.keys(draft.captions).length > 0 && (
        <p class="remark">{labels.keptByPerson}</p>
      )}
      {draft.replaced && (
        <div class="remark">
          <p>{labels.replaced}</p>
          <button type="button" class="button" onClick={() => desk.takeBack(photo)}>
            {labels.takeBack}
          </button>
        </div>
      )}
      {state.rules.map((rules) => (
        <PlatformEditor
          key={`${photo.filename} ${rules.platform}`}
          rules={rules}
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
        <div class="platform">
          <label class="platform-head" for="alt-text">
            {labels.altText}
          </label>
          <textarea
            id="alt-text"
            rows={2}
            maxLength={2000}
            value={altTextOf(draft, photo)}
            readOnly={isAnalyzing || isArchived || work?.kind === 'publish'}
            placeholder={labels.altTextPlaceholder}
            onInput={(event) => desk.describe(photo, event.currentTarget.value)}
          />
        </div>
      )}
      {features.delete && !isArchived && (
        <DeleteButton isBusy={isHeldUp(draft)} onDelete={() => void desk.erase(photo)} />
      )}
    </>
  )
}

/** Delete button that asks for confirmation, because deleting cannot be undone. */
function DeleteButton({ isBusy, onDelete }: { isBusy: boolean; onDelete: () => void }) {
  const [isSure, setSure] = useState(false)
  const wasSure = useRef(isSure)
  const opener = useRef<HTMLButtonElement>(null)
  const cancel = useRef<HTMLButtonElement>(null)
  // Moves the focus to the button that replaces the pressed button.
  useLayoutEffect(() => {
    if (isSure !== wasSure.current) (isSure ? cancel : opener).current?.focus()
    wasSure.current = isSure
  }, [isSure])
  if (!isSure) {
    return (
      <button
        type="button"
        class="button danger apart"
        ref={opener}
        disabled={isBusy}
        onClick={() => setSure(true)}
      >
        <DeleteIcon />
        {labels.deleteForGood}
      </button>
    )
  }
  return (
    <div class="confirmation" role="alert">
      <p>{labels.deleteQuestion}</p>
      <button type="button" class="button" ref={cancel} onClick={() => setSure(false)}>
        {labels.deleteNo}
      </button>
      <button
        type="button"
        class="button danger"
        // Not `disabled`, which would drop the focus when the deletion fails.
        aria-disabled={isBusy}
        onClick={() => !isBusy && onDelete()}
      >
        {labels.deleteYes}
      </button>
    </div>
  )
}
