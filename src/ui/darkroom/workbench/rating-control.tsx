/** Rating of a photo: four steps, and who has chosen the present step. */
import './rating-control.css'
import type { Rating } from '../../../contract/rating.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { texts } from '../../texts.ts'
import type { PlatformRules } from '../admin-api.ts'
import { titleOf } from './channel-title.ts'
import type { Draft } from './draft.ts'
import { ProblemLine } from './problem-line.tsx'
import { effectOf } from './rating-effect.ts'

export interface RatingControlProps {
  draft: Draft
  photo: Photo
  channels: readonly PlatformRules[]
  isBusy: boolean
  onRate: (rating: Rating) => void
}

const labels = texts.workbench
const steps: readonly Rating[] = ['general', 'suggestive', 'nudity', 'explicit']

export function RatingControl({ draft, photo, channels, isBusy, onRate }: RatingControlProps) {
  const { rating, rating_source: source = 'default' } = photo
  const { notRated } = draft
  if (!rating) return null
  const refused = channels.filter((channel) => effectOf(channel, photo).refusal)
  return (
    <fieldset class="platform rating" aria-describedby="rated">
      <legend class="platform-head">{labels.rating}</legend>
      <div class="rating-steps">
        {steps.map((step) => (
          <label key={step}>
            <input
              type="radio"
              name="rating"
              class="visually-hidden"
              checked={step === rating}
              disabled={isBusy}
              onChange={() => onRate(step)}
            />
            {labels.ratings[step]}
          </label>
        ))}
      </div>
      <p class="muted" id="rated" role="status">
        {labels.ratedBy[source]}
        {refused.length > 0 && ` ${labels.notSentTo(refused.map(({ platform }) => titleOf(platform)))}`}
      </p>
      {notRated && <ProblemLine problem={notRated.problem} onRetry={() => onRate(notRated.rating)} />}
    </fieldset>
  )
}
