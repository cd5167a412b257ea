/** Button that asks the AI for captions, replaced by the steps while the AI works. */
import './analysis-controls.css'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Photo } from '../../gallery/gallery-api.ts'
import { texts } from '../../texts.ts'
import type { Desk } from './desk.ts'
import { type Draft, hasCaption, isHeldUp } from './draft.ts'
import { Steps } from './steps.tsx'

export interface AnalysisControlsProps {
  desk: Desk
  draft: Draft
  photo: Photo
  /** True if the gallery has an AI and the photo is not archived. */
  canAnalyze: boolean
}

const labels = texts.workbench

export function AnalysisControls({ desk, draft, photo, canAnalyze }: AnalysisControlsProps) {
  const { work } = draft
  const isAnalyzing = work?.kind === 'analyze'
  const { button, steps, onAsk } = useFocusOnSteps(isAnalyzing)
  return (
    <>
      {canAnalyze && !isAnalyzing && (
        <button
          type="button"
          class="button write"
          ref={button}
          aria-disabled={isHeldUp(draft)}
          onClick={() => {
            if (isHeldUp(draft)) return
            onAsk()
            void desk.analyze(photo)
          }}
        >
          {hasCaption(photo) ? labels.analyzeAgain : labels.analyze}
        </button>
      )}
      {isAnalyzing && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
        <div class="under-way" role="group" aria-label={labels.working} tabIndex={-1} ref={steps}>
          <Steps stages={work.stages} />
          <p class="muted">{labels.goesOn}</p>
        </div>
      )}
    </>
  )
}

/** Moves the focus from the pressed button to the steps that replace it, and back when the button returns. */
function useFocusOnSteps(isAnalyzing: boolean) {
  const button = useRef<HTMLButtonElement>(null)
  const steps = useRef<HTMLDivElement>(null)
  const hasAsked = useRef(false)
  useLayoutEffect(() => {
    if (!hasAsked.current) return
    if (isAnalyzing) steps.current?.focus({ preventScroll: true })
    else {
      hasAsked.current = false
      // Leaves the focus if the admin has moved it elsewhere.
      if (document.activeElement === document.body) button.current?.focus({ preventScroll: true })
    }
  }, [isAnalyzing])
  return {
    button,
    steps,
    onAsk() {
      hasAsked.current = true
    },
  }
}
