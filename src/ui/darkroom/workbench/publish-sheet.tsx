/** The sheet: a photo's words, then a preview for each platform, then the results. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Features, Photo } from '../../api.ts'
import { useDragDown } from '../../drag-down.ts'
import { BackIcon, CloseIcon } from '../../icons.tsx'
import { texts } from '../../texts.ts'
import { useDialog } from '../../use-dialog.ts'
import type { PlatformName } from '../admin-api.ts'
import type { Desk, DeskState } from './desk.ts'
import { chosenOf, type Draft, isHeldUp, unsavedWords } from './draft.ts'
import { FailureLine } from './failure-line.tsx'
import { ProblemLine } from './problem-line.tsx'
import { SendingView } from './sending-view.tsx'
import { headlineOf, isPublished, isSendable, standingOf } from './standing.ts'
import { stageWords } from './steps.tsx'
import { WritingView } from './writing-view.tsx'

export interface PublishSheetProps {
  desk: Desk
  state: DeskState
  photo: Photo
  features: Features
  onClose: () => void
}

const words = texts.workbench

export function PublishSheet({ desk, state, photo, features, onClose }: PublishSheetProps) {
  const draft = desk.draftOf(photo)
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const closing = useDialog(dialog, onClose)
  useDragDown(dialog, onClose)
  const wasSending = draft.failure?.during === 'publish' || Object.keys(draft.outcomes).length > 0
  const [isSending, setSending] = useState(features.publish && (wasSending || draft.work?.kind === 'publish'))
  // Whoever opened the sheet, or turned its page, goes on at its top.
  useLayoutEffect(() => {
    heading.current?.focus()
    dialog.current?.scrollTo(0, 0)
    dialog.current?.querySelector('.sheet-body')?.scrollTo(0, 0)
  }, [isSending])
  const chosen = chosenOf(draft, photo, state.rules, state.usual)
  const hasAll = (platforms: readonly PlatformName[]) =>
    platforms.length > 0 && platforms.every((platform) => isPublished(standingOf(draft, photo, platform)))
  const whyNot = hasAll(chosen)
    ? words.wouldSkip
    : chosen.length === 0 && hasAll(state.rules.map(({ platform }) => platform))
      ? words.wouldSkipAll
      : null
  // Beside a headline the reason says nothing new.
  const reason = features.publish && !(isSending && headlineOf(draft.outcomes) !== '') ? whyNot : null
  const turnTo = (sends: boolean) => {
    setSending(sends)
    if (sends) void desk.preview(photo)
  }

  return (
    <dialog class="sheet" ref={dialog} aria-labelledby="sheet-title" {...closing}>
      <div class="sheet-head">
        {isSending && (
          <button
            type="button"
            class="button icon"
            aria-label={words.backToWriting}
            onClick={() => turnTo(false)}
          >
            <BackIcon />
          </button>
        )}
        <div class="sheet-title">
          <h2 id="sheet-title" tabIndex={-1} ref={heading}>
            {titleOf(draft, isSending, features)}
          </h2>
          <p class="muted" role="status">
            {statusWords(draft, unsavedWords(draft, photo, state.rules) !== null)}
          </p>
        </div>
        <button type="button" class="button icon" aria-label={words.close} onClick={onClose}>
          <CloseIcon />
        </button>
        <div class="drag-handle" aria-hidden="true" />
      </div>
      {/* A preview holds nothing that takes the focus, and has to be scrolled by keys as well. */}
      <div class="sheet-body" tabIndex={isSending ? 0 : undefined}>
        {state.problem && <ProblemLine problem={state.problem} onRetry={() => void desk.start()} />}
        <FailureLine desk={desk} photo={photo} failure={draft.failure} />
        {isSending ? (
          <SendingView desk={desk} state={state} draft={draft} photo={photo} platforms={chosen} />
        ) : (
          <WritingView
            desk={desk}
            state={state}
            draft={draft}
            photo={photo}
            features={features}
            onSend={() => setSending(true)}
          />
        )}
      </div>
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
            onDone={onClose}
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
                // Not `disabled`: who tabs here hears why.
                aria-disabled={isHeldUp(draft) || chosen.length === 0 || whyNot !== null}
                aria-describedby={whyNot === null ? undefined : 'why-not'}
                onClick={() => !isHeldUp(draft) && chosen.length > 0 && whyNot === null && turnTo(true)}
              >
                {chosen.length === 0 && whyNot === null ? words.choosePlatform : words.preview}
              </button>
            )}
          </>
        )}
      </div>
    </dialog>
  )
}

interface ButtonProps {
  desk: Desk
  draft: Draft
  photo: Photo
}

/** The way out, which is one of words only once there is nothing left to send. */
function SendButton({
  desk,
  draft,
  photo,
  chosen,
  isExplained,
  onDone,
}: ButtonProps & { chosen: readonly PlatformName[]; isExplained: boolean; onDone: () => void }) {
  const { outcomes } = draft
  // Platforms that may have the photo have a button of their own.
  const sendable = chosen.filter((platform) => isSendable(standingOf(draft, photo, platform)))
  const isAgain = sendable.some((platform) => standingOf(draft, photo, platform)?.status === 'failed')
  const isOff = isHeldUp(draft) || sendable.length === 0
  if (sendable.length === 0 && Object.keys(outcomes).length > 0) {
    return (
      <button type="button" class="button action" disabled={isHeldUp(draft)} onClick={onDone}>
        {words.done}
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
        ? workWords(draft)
        : isAgain
          ? words.retry
          : words.publishTo((isOff ? chosen : sendable).map((platform) => words.platforms[platform]))}
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
  const isUnsaved = unsavedWords(draft, photo, state.rules) !== null
  return (
    <button
      type="button"
      class={`button ${isMain ? 'action' : ''}`}
      aria-busy={draft.work?.kind === 'save'}
      // Not `disabled`: the focus would get lost when it is saved.
      aria-disabled={isHeldUp(draft) || !isUnsaved}
      onClick={() => !isHeldUp(draft) && isUnsaved && void desk.save(photo)}
    >
      {words.save}
    </button>
  )
}

function titleOf({ outcomes }: Draft, isSending: boolean, features: Features): string {
  if (!isSending) return features.publish ? words.publish : words.captions
  return Object.keys(outcomes).length > 0 ? words.results : words.previewOf
}

function statusWords(draft: Draft, isUnsaved: boolean): string {
  const { work, done } = draft
  if (work) return workWords(draft)
  if (isUnsaved && done !== 'written') return words.unsaved
  return done === null ? '' : words[done]
}

function workWords({ work }: Draft): string {
  return work?.kind === 'analyze' || work?.kind === 'publish' ? stageWords(work.stages) : words.working
}
