/** Editor of a platform's caption, with live counts by the server's rules. */
import '../../toggle.css'
import './platform-editor.css'
import type { Photo } from '../../gallery/gallery-api.ts'
import { texts } from '../../texts.ts'
import type { PlatformRules } from '../admin-api.ts'
import { captionFacts } from './caption-facts.ts'
import { titleOf } from './channel-title.ts'
import { CutLine } from './cut-line.tsx'
import { EffectLine } from './effect-line.tsx'
import { effectOf } from './rating-effect.ts'

export interface PlatformEditorProps {
  rules: PlatformRules
  photo: Photo
  hashtags: string
  caption: string
  isChosen: boolean
  isBusy: boolean
  canPublish: boolean
  onWrite: (caption: string) => void
  onChoose: (isChosen: boolean) => void
}

const labels = texts.workbench

export function PlatformEditor(props: PlatformEditorProps) {
  const { rules, photo, hashtags, caption, isChosen, isBusy, canPublish } = props
  const { platform, max_length: maxLength, max_hashtags: maxHashtags } = rules
  const name = titleOf(platform)
  const { refusal, label } = effectOf(rules, photo)
  const id = `caption-${platform}`
  const facts = captionFacts(caption, rules, hashtags)
  const isTooLong = facts.length > maxLength
  const isBlank = caption.trim() === ''
  return (
    <fieldset class="platform">
      <legend class="visually-hidden">{name}</legend>
      <div class="platform-head">
        {canPublish ? (
          <label class="toggle">
            <input
              type="checkbox"
              checked={isChosen}
              disabled={isBusy || refusal !== undefined}
              aria-describedby={refusal || label ? `${id}-effect` : undefined}
              onChange={(event) => props.onChoose(event.currentTarget.checked)}
            />
            {name}
          </label>
        ) : (
          <strong>{name}</strong>
        )}
        <span class="counters" id={`${id}-count`}>
          <span class="visually-hidden">
            {labels.countLong(facts.length, maxLength, facts.hashtags, maxHashtags)}
          </span>
          {facts.hashtags > 0 && (
            <span class={`counter ${facts.hashtags > maxHashtags ? 'over' : 'muted'}`} aria-hidden="true">
              {labels.hashtags(facts.hashtags, maxHashtags)}
            </span>
          )}
          <span class={`counter ${isTooLong ? 'over' : 'muted'}`} aria-hidden="true">
            {labels.count(facts.length, maxLength)}
          </span>
        </span>
      </div>
      <EffectLine rules={rules} photo={photo} id={`${id}-effect`} />
      <label class="visually-hidden" for={id}>
        {labels.captionFor(name)}
      </label>
      <textarea
        id={id}
        rows={3}
        value={caption}
        readOnly={isBusy}
        placeholder={labels.captionPlaceholder}
        aria-describedby={isBlank ? `${id}-count ${id}-blank` : `${id}-count`}
        onInput={(event) => props.onWrite(event.currentTarget.value)}
      />
      {isBlank && (
        <p class="preview muted" id={`${id}-blank`}>
          {labels.cleared}
        </p>
      )}
      <CutLine facts={facts} rules={rules} />
      {facts.sent !== caption.trim() && (
        <p class="preview">
          <span class="muted">{labels.willBeSent}</span> {facts.sent === '' ? labels.nothing : facts.sent}
        </p>
      )}
    </fieldset>
  )
}
