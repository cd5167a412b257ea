/** What each platform gets, how far it has come there, and what became of it. */
import { type Photo, serverLanguage } from '../api.ts'
import { texts } from '../texts.ts'
import type { PlatformName, PlatformOutcome, PlatformRules } from './admin-api.ts'
import { captionFacts } from './caption-facts.ts'
import type { Desk, DeskState } from './desk.ts'
import { altTextOf, captionOf, type Draft, isHeldUp, isUnknown } from './draft.ts'
import { PostPreview } from './post-preview.tsx'

export interface SendingViewProps {
  desk: Desk
  state: DeskState
  draft: Draft
  photo: Photo
  /** The platforms that it goes to, or was to go to. */
  platforms: readonly PlatformName[]
}

const words = texts.workbench

export function SendingView({ desk, state, draft, photo, platforms }: SendingViewProps) {
  const shown = state.rules.filter(({ platform }) => platforms.includes(platform) || draft.outcomes[platform])
  return (
    <>
      {Object.values(draft.outcomes).some(({ skipped }) => skipped === 'dry_run') && (
        <p class="remark" role="status">
          {words.testMode}
        </p>
      )}
      {draft.archivedAs !== null && (
        <p class="remark" role="status">
          {words.inArchive}
        </p>
      )}
      {draft.warnings.map((warning) => (
        <div class="remark" role="status" key={warning}>
          <p>{warning}</p>
          <button
            type="button"
            class="button"
            disabled={isHeldUp(draft)}
            onClick={() => void desk.publish(photo, { platforms: shown.map(({ platform }) => platform) })}
          >
            {texts.tryAgain}
          </button>
        </div>
      ))}
      <ul class="posts">
        {shown.map((rules) => (
          <li key={rules.platform}>
            <PlatformPost
              rules={rules}
              hashtags={state.hashtags}
              draft={draft}
              photo={photo}
              isGoing={platforms.includes(rules.platform)}
              onForce={() => void desk.publish(photo, { platforms: [rules.platform], force: true })}
            />
          </li>
        ))}
      </ul>
      {draft.work?.kind === 'publish' && <p class="muted">{words.goesOn}</p>}
    </>
  )
}

interface PlatformPostProps {
  rules: PlatformRules
  hashtags: string
  draft: Draft
  photo: Photo
  isGoing: boolean
  onForce: () => void
}

function PlatformPost({ rules, hashtags, draft, photo, isGoing, onForce }: PlatformPostProps) {
  const { platform } = rules
  const { work } = draft
  const preview = draft.previews[platform]
  const outcome = draft.outcomes[platform]
  const name = words.platforms[platform]
  const stage =
    work?.kind === 'publish' ? work.stages.findLast((each) => each.platform === platform) : undefined
  return (
    <section class="post" aria-label={name}>
      <h3>{name}</h3>
      <PostPreview
        platform={platform}
        photo={photo}
        altText={altTextOf(draft, photo)}
        // Until the server has said it, by its own rules.
        caption={preview?.caption ?? captionFacts(captionOf(draft, photo, platform), rules, hashtags).sent}
        subject={preview?.subject}
      />
      {isGoing && work?.kind === 'publish' ? (
        <p class={`stage-line ${stage?.stage ?? 'waiting'}`}>
          {stage ? words.stages[stage.stage]?.(name) : words.stages.preparing?.(name)}
        </p>
      ) : outcome ? (
        <Outcome name={name} outcome={outcome} isBusy={isHeldUp(draft)} onForce={onForce} />
      ) : (
        preview?.standing && <p class="remark">{standingWords(preview, name)}</p>
      )}
    </section>
  )
}

function standingWords({ standing }: PlatformOutcome, name: string): string {
  if (standing === 'duplicate') return words.willSkip
  return standing === 'in_progress' ? words.inProgress : words.unknown(name)
}

interface OutcomeProps {
  name: string
  outcome: PlatformOutcome
  isBusy: boolean
  onForce: () => void
}

function Outcome({ name, outcome, isBusy, onForce }: OutcomeProps) {
  const { success, skipped, url, error, warning } = outcome
  if (skipped === 'dry_run') return null
  const mayBeThere = isUnknown(outcome)
  return (
    <div class={`outcome ${success ? 'good' : 'bad'}`}>
      <p>
        {success ? (skipped === 'duplicate' ? words.alreadyThere : words.sent) : null}
        {!success &&
          (mayBeThere
            ? words.unknown(name)
            : skipped === 'in_progress'
              ? words.inProgress
              : words.failed)}{' '}
        {url && (
          <a href={url} target="_blank" rel="noopener noreferrer">
            {words.look}
          </a>
        )}
      </p>
      {!success && error && (
        <p class="muted" lang={serverLanguage}>
          {error}
        </p>
      )}
      {warning && (
        <p class="muted" lang={serverLanguage}>
          {warning}
        </p>
      )}
      {mayBeThere && (
        <button type="button" class="button" disabled={isBusy} onClick={onForce}>
          {words.force}
        </button>
      )}
    </div>
  )
}
