/** Line about the effect of a photo's rating on a channel. */
import type { Photo } from '../../gallery/gallery-api.ts'
import { serverLanguage } from '../../problem.ts'
import { texts } from '../../texts.ts'
import type { PlatformRules } from '../admin-api.ts'
import { effectOf } from './rating-effect.ts'

const labels = texts.workbench
const effects: Readonly<Record<string, string>> = labels.effects

export function EffectLine({ rules, photo, id }: { rules: PlatformRules; photo: Photo; id?: string }) {
  const { refusal, label } = effectOf(rules, photo)
  if (refusal) {
    return (
      <p class="refused" id={id}>
        {labels.notSent} <span lang={serverLanguage}>{refusal}</span>
      </p>
    )
  }
  return label ? (
    <p class="muted" id={id}>
      {effects[label] ?? labels.labelled(label)}
    </p>
  ) : null
}
