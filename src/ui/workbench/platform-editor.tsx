/** One platform's caption, with the server's own rules counted live, and what became of the photo there. */
import { lengthOf } from '../../workflow/captions/cut.ts'
import { fitCaption } from '../../workflow/captions/fit.ts'
import { texts } from '../texts.ts'
import type { PlatformOutcome, PlatformRules } from './admin-api.ts'

export interface PlatformEditorProps {
  rules: PlatformRules
  hashtags: string
  caption: string
  isChosen: boolean
  outcome: PlatformOutcome | undefined
  isBusy: boolean
  canPublish: boolean
  onWrite: (caption: string) => void
  onChoose: (isChosen: boolean) => void
  onForce: () => void
}

const words = texts.workbench

export function PlatformEditor(props: PlatformEditorProps) {
  const { rules, hashtags, caption, isChosen, outcome, isBusy, canPublish } = props
  const { platform, unit, max_length: maxLength } = rules
  const id = `caption-${platform}`
  const sent = fitCaption(caption, toCaptionRules(rules), hashtags)
  const length = lengthOf(caption, unit)
  const isTooLong = length > maxLength
  return (
    <fieldset class="platform" disabled={isBusy}>
      <legend class="visually-hidden">{words.platforms[platform]}</legend>
      <div class="platform-head">
        {canPublish ? (
          <label class="toggle">
            <input
              type="checkbox"
              checked={isChosen}
              onChange={(event) => props.onChoose(event.currentTarget.checked)}
            />
            {words.platforms[platform]}
          </label>
        ) : (
          <span>{words.platforms[platform]}</span>
        )}
        <span class={`counter ${isTooLong ? 'over' : 'muted'}`} id={`${id}-count`}>
          {words.count(length, maxLength)}
        </span>
      </div>
      <label class="visually-hidden" for={id}>
        {words.captionFor(words.platforms[platform])}
      </label>
      <textarea
        id={id}
        rows={4}
        value={caption}
        placeholder={words.captionPlaceholder}
        aria-describedby={`${id}-count`}
        onInput={(event) => props.onWrite(event.currentTarget.value)}
      />
      {sent !== caption.trim() && (
        <p class="preview">
          <span class="muted">{words.willBeSent}</span> {sent === '' ? words.nothing : sent}
        </p>
      )}
      {outcome && <Outcome outcome={outcome} isBusy={isBusy} onForce={props.onForce} />}
    </fieldset>
  )
}

function Outcome({
  outcome,
  isBusy,
  onForce,
}: {
  outcome: PlatformOutcome
  isBusy: boolean
  onForce: () => void
}) {
  const { success, skipped, url, error, warning } = outcome
  // Nobody knows whether it got through: only a person who has looked may say so.
  const isUnknown = skipped === 'unknown' || outcome.code === 'publish_outcome_unknown'
  return (
    <div class={`outcome ${success ? 'good' : 'bad'}`} role="status">
      <p>
        {success ? (skipped === 'duplicate' ? words.alreadyThere : words.sent) : (error ?? words.failed)}{' '}
        {url && (
          <a href={url} target="_blank" rel="noopener noreferrer">
            {words.look}
          </a>
        )}
      </p>
      {warning && <p class="muted">{warning}</p>}
      {isUnknown && (
        <button type="button" class="button" disabled={isBusy} onClick={onForce}>
          {words.force}
        </button>
      )}
    </div>
  )
}

/** The style is for the AI and does not matter here. */
function toCaptionRules(rules: PlatformRules) {
  const { max_length: maxLength, unit, max_hashtags: maxHashtags, plain } = rules
  return { maxLength, unit, maxHashtags, plain, style: '' }
}
