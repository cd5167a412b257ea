/** Posts for each platform, with progress and result. Failures come first. */
import './remark.css'
import './sending-view.css'
import type { Photo } from '../../gallery/gallery-api.ts'
import { serverLanguage } from '../../problem.ts'
import { texts } from '../../texts.ts'
import type { ChannelName, PlatformRules } from '../admin-api.ts'
import { captionFacts } from './caption-facts.ts'
import { titleOf } from './channel-title.ts'
import type { Desk, DeskState } from './desk.ts'
import { altTextOf, captionOf, type Draft, isHeldUp } from './draft.ts'
import { EffectLine } from './effect-line.tsx'
import { PossibilityLine } from './possibility-line.tsx'
import { PostPreview } from './post-preview.tsx'
import { PostTools } from './post-tools.tsx'
import { headlineOf, isPublished, needsPerson, rankOf, standingOf, worstOf } from './standing.ts'
import { StandingIcon, StandingLine } from './standing-line.tsx'
import { stageTexts } from './steps.tsx'

export interface SendingViewProps {
  desk: Desk
  state: DeskState
  draft: Draft
  photo: Photo
  /** Platforms that were chosen for this photo. */
  platforms: readonly ChannelName[]
}

const labels = texts.workbench

export function SendingView({ desk, state, draft, photo, platforms }: SendingViewProps) {
  const isSending = draft.work?.kind === 'publish'
  const rank = ({ platform }: PlatformRules) => (isSending ? 0 : rankOf(standingOf(draft, photo, platform)))
  const shown = state.rules
    .filter(({ platform }) => platforms.includes(platform) || standingOf(draft, photo, platform))
    .sort((one, other) => rank(one) - rank(other))
  return (
    <>
      {!isSending && <Headline draft={draft} />}
      {Object.values(draft.outcomes).some(({ skipped }) => skipped === 'dry_run') && (
        <p class="remark" role="status">
          {labels.testMode}
        </p>
      )}
      {draft.warnings.map((warning) => (
        <div class="remark" role="status" key={warning}>
          <p lang={serverLanguage}>{warning}</p>
          <button
            type="button"
            class="button"
            disabled={isHeldUp(draft)}
            onClick={() => {
              const sent = shown
                .map(({ platform }) => platform)
                .filter((platform) => draft.outcomes[platform])
              void desk.publish(photo, { platforms: sent })
            }}
          >
            {texts.tryAgain}
          </button>
        </div>
      ))}
      <ul class="posts">
        {shown.map((rules) => (
          <li key={rules.platform}>
            <PlatformPost
              {...{ desk, state, rules, draft, photo }}
              isGoing={platforms.includes(rules.platform)}
              onForce={() => void desk.publish(photo, { platforms: [rules.platform], force: true })}
            />
          </li>
        ))}
      </ul>
      {isSending && <p class="muted">{labels.goesOn}</p>}
    </>
  )
}

/** Summary of the results in one line. Failures have their own colour and icon. */
function Headline({ draft }: { draft: Draft }) {
  const headline = headlineOf(draft.outcomes)
  if (headline === '') return null
  const status = worstOf(draft.outcomes)
  return (
    <div class={`outcome headline ${status}`} role={needsPerson(draft.outcomes) ? 'alert' : 'status'}>
      <p class="standing">
        <StandingIcon status={status} />
        <strong>{headline}</strong>
      </p>
      {draft.archivedAs !== null && <p>{labels.inArchive}</p>}
    </div>
  )
}

interface PlatformPostProps extends Omit<SendingViewProps, 'platforms'> {
  rules: PlatformRules
  isGoing: boolean
  onForce: () => void
}

function PlatformPost({ desk, state, rules, draft, photo, isGoing, onForce }: PlatformPostProps) {
  const { platform, changes } = rules
  const { work } = draft
  const preview = draft.previews[platform]
  const outcome = draft.outcomes[platform]
  const standing = standingOf(draft, photo, platform)
  const name = titleOf(platform)
  const stage =
    work?.kind === 'publish' ? work.stages.findLast((each) => each.platform === platform) : undefined
  return (
    <section class="post" aria-label={name}>
      <h3>{name}</h3>
      {isGoing && work?.kind === 'publish' ? (
        <p class={`stage-line ${stage?.stage ?? 'waiting'}`}>
          {stage ? stageTexts[stage.stage]?.(name) : labels.stages.preparing()}
        </p>
      ) : (
        standing && (
          <StandingLine
            name={name}
            standing={standing}
            isBefore={outcome?.success !== true || outcome.skipped === 'duplicate'}
          >
            {outcome?.skipped === 'duplicate' && !outcome.standing && <p>{labels.nothingSent}</p>}
            {outcome?.warning && (
              <p class="muted" lang={serverLanguage}>
                {outcome.warning}
              </p>
            )}
            {standing.status === 'unknown' && (
              <button type="button" class="button" disabled={isHeldUp(draft)} onClick={onForce}>
                {labels.force}
              </button>
            )}
            <PostTools {...{ desk, state, draft, photo, standing }} folder="root" channel={platform} />
          </StandingLine>
        )
      )}
      {isGoing && !isPublished(standing) && (
        <div class="notes">
          <EffectLine rules={rules} photo={photo} />
          {changes && <PossibilityLine kind="retract" can={changes.retract} />}
          {changes && <PossibilityLine kind="correct" can={changes.correct} />}
        </div>
      )}
      <PostPreview
        hasSubject={rules.has_subject}
        photo={photo}
        altText={altTextOf(draft, photo)}
        // Computed here until the server's dry run has answered.
        caption={
          preview?.caption ?? captionFacts(captionOf(draft, photo, platform), rules, state.hashtags).sent
        }
        subject={preview?.subject}
      />
    </section>
  )
}
