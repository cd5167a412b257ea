/** Form that corrects the caption of a post. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { texts } from '../../texts.ts'
import type { PlatformRules } from '../admin-api.ts'
import { captionFacts } from './caption-facts.ts'
import { CutLine } from './cut-line.tsx'

export interface CorrectionFormProps {
  /** Title of the channel. */
  title: string
  rules: PlatformRules
  hashtags: string
  caption: string
  isBusy: boolean
  onSave: (caption: string) => void
  onCancel: () => void
}

const labels = texts.workbench

export function CorrectionForm(props: CorrectionFormProps) {
  const { title, rules, hashtags, isBusy, onSave, onCancel } = props
  const [caption, setCaption] = useState(props.caption)
  const field = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => field.current?.focus(), [])
  return (
    <div class="platform">
      <textarea
        rows={3}
        ref={field}
        aria-label={labels.captionFor(title)}
        value={caption}
        readOnly={isBusy}
        onInput={(event) => setCaption(event.currentTarget.value)}
      />
      <CutLine facts={captionFacts(caption, rules, hashtags)} rules={rules} />
      <div class="buttons">
        <button type="button" class="button" onClick={onCancel}>
          {labels.deleteNo}
        </button>
        <button
          type="button"
          class="button action"
          aria-disabled={isBusy}
          onClick={() => !isBusy && onSave(caption)}
        >
          {labels.correct}
        </button>
      </div>
    </div>
  )
}
