/** The sheet: captions for each platform, written by hand or by the AI, and the way out into the world. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Features, Photo } from '../api.ts'
import { CloseIcon } from '../icons.tsx'
import { texts } from '../texts.ts'
import type { PlatformName } from './admin-api.ts'
import type { Desk, DeskState, Draft } from './desk.ts'
import { knownCaption } from './known-captions.ts'
import { PlatformEditor } from './platform-editor.tsx'
import { ProblemLine } from './problem-line.tsx'

export interface PublishSheetProps {
  desk: Desk
  state: DeskState
  photo: Photo
  features: Features
  onClose: () => void
  onDelete: () => void
}

const words = texts.workbench

export function PublishSheet({ desk, state, photo, features, onClose, onDelete }: PublishSheetProps) {
  const draft = desk.draftOf(photo)
  const heading = useRef<HTMLHeadingElement>(null)
  // Whoever opened the sheet goes on inside of it.
  useEffect(() => heading.current?.focus(), [])
  const isBusy = draft.work !== null
  const failed = state.rules.filter(({ platform }) => draft.outcomes[platform]?.success === false)
  const publish = async (options?: Parameters<Desk['publish']>[1]) => {
    if (await desk.publish(photo, options)) onClose()
  }
  const chosen = state.rules.filter(({ platform }) => isChosen(draft, platform))

  return (
    <section class="sheet" aria-labelledby="sheet-title">
      <button type="button" class="button icon close" aria-label={words.close} onClick={onClose}>
        <CloseIcon />
      </button>
      <h2 id="sheet-title" tabIndex={-1} ref={heading}>
        {features.publish ? words.publish : words.captions}
      </h2>
      {features.analyze && (
        <button
          type="button"
          class="button write"
          aria-busy={draft.work?.kind === 'analyze'}
          disabled={isBusy}
          onClick={() => void desk.analyze(photo)}
        >
          {draft.work?.kind === 'analyze' ? stageWords(draft) : words.analyze}
        </button>
      )}
      {draft.problem && <ProblemLine problem={draft.problem} />}
      {state.rules.map((rules) => (
        <PlatformEditor
          key={`${photo.filename} ${rules.platform}`}
          rules={rules}
          hashtags={state.hashtags}
          caption={draft.captions[rules.platform] ?? knownCaption(photo, rules.platform)}
          isChosen={isChosen(draft, rules.platform)}
          outcome={draft.outcomes[rules.platform]}
          isBusy={isBusy}
          canPublish={features.publish}
          onWrite={(caption) => desk.write(photo, rules.platform, caption)}
          onChoose={(chooses) => desk.choose(photo, rules.platform, chooses)}
          onForce={() => void publish({ platforms: [rules.platform], force: true })}
        />
      ))}
      {state.rules.length === 0 && <p class="muted">{words.noPlatforms}</p>}
      {features.publish && state.rules.length > 0 && (
        <button
          type="button"
          class="button action send"
          aria-busy={draft.work?.kind === 'publish'}
          disabled={isBusy || chosen.length === 0}
          onClick={() => void publish()}
        >
          {draft.work?.kind === 'publish'
            ? stageWords(draft)
            : failed.length > 0
              ? words.publishAgain
              : words.publishTo(chosen.map(({ platform }) => words.platforms[platform]))}
        </button>
      )}
      <p class="visually-hidden" role="status">
        {isBusy ? stageWords(draft) : ''}
      </p>
      {features.delete && <DeleteButton isBusy={isBusy} onDelete={onDelete} />}
    </section>
  )
}

/** What has arrived is not sent again unless somebody says so. */
function isChosen({ chosen, outcomes }: Draft, platform: PlatformName): boolean {
  return chosen[platform] ?? outcomes[platform]?.success !== true
}

function stageWords({ work }: Draft): string {
  if (!work) return ''
  const { stage, platform } = work.stage
  const name = words.platformNamed(platform ?? '')
  return words.stages[stage]?.(name) ?? words.working
}

/** Asks before it deletes: there is no undo. */
function DeleteButton({ isBusy, onDelete }: { isBusy: boolean; onDelete: () => void }) {
  const [isSure, setSure] = useState(false)
  if (!isSure) {
    return (
      <button type="button" class="button quiet" disabled={isBusy} onClick={() => setSure(true)}>
        {words.deleteForGood}
      </button>
    )
  }
  return (
    <div class="confirmation" role="alert">
      <p>{words.deleteQuestion}</p>
      <button type="button" class="button" onClick={() => setSure(false)}>
        {words.deleteNo}
      </button>
      <button type="button" class="button danger" disabled={isBusy} onClick={onDelete}>
        {words.deleteYes}
      </button>
    </div>
  )
}
