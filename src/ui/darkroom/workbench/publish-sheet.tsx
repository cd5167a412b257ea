/** Sheet with three views: a photo's captions, a preview for each platform, the results. */
import '../../drag-handle.css'
import './publish-sheet.css'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Features } from '../../account/account-api.ts'
import { useDragDown } from '../../drag-down.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { useDialog } from '../../use-dialog.ts'
import type { Desk, DeskState } from './desk.ts'
import { chosenOf, unsavedCaptions } from './draft.ts'
import { FailureLine } from './failure-line.tsx'
import { ProblemLine } from './problem-line.tsx'
import { SendingView } from './sending-view.tsx'
import { SheetFoot } from './sheet-foot.tsx'
import { SheetHead } from './sheet-head.tsx'
import { WritingView } from './writing-view.tsx'

export interface PublishSheetProps {
  desk: Desk
  state: DeskState
  photo: Photo
  features: Features
  onClose: () => void
}

export function PublishSheet({ desk, state, photo, features, onClose }: PublishSheetProps) {
  const draft = desk.draftOf(photo)
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const closing = useDialog(dialog, onClose)
  useDragDown(dialog, onClose)
  const wasSending = draft.failure?.during === 'publish' || Object.keys(draft.outcomes).length > 0
  const [isSending, setSending] = useState(features.publish && (wasSending || draft.work?.kind === 'publish'))
  // Moves focus and scroll to the top when the sheet opens or changes its view.
  useLayoutEffect(() => {
    heading.current?.focus()
    dialog.current?.scrollTo(0, 0)
    dialog.current?.querySelector('.sheet-body')?.scrollTo(0, 0)
  }, [isSending])
  const chosen = chosenOf(draft, photo, state.rules, state.usual)
  const turnTo = (sends: boolean) => {
    setSending(sends)
    if (sends) void desk.preview(photo)
  }

  return (
    <dialog class="sheet" ref={dialog} aria-labelledby="sheet-title" {...closing}>
      <SheetHead
        draft={draft}
        features={features}
        isSending={isSending}
        isUnsaved={unsavedCaptions(draft, photo, state.rules) !== null}
        heading={heading}
        onBack={() => turnTo(false)}
        onClose={onClose}
      />
      {/* A preview has no focusable element, so the body takes the focus for scrolling by keys. */}
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
      <SheetFoot
        desk={desk}
        state={state}
        draft={draft}
        photo={photo}
        features={features}
        chosen={chosen}
        isSending={isSending}
        onPreview={() => turnTo(true)}
        onDone={onClose}
      />
    </dialog>
  )
}
