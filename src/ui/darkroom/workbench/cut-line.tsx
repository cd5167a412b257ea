/** Part of a caption that a channel's limit cuts off. */
import { texts } from '../../texts.ts'
import type { PlatformRules } from '../admin-api.ts'
import type { CaptionFacts } from './caption-facts.ts'

export interface CutLineProps {
  facts: CaptionFacts
  rules: PlatformRules
}

export function CutLine({ facts: { cut, length }, rules: { max_length: limit } }: CutLineProps) {
  if (cut === '') return null
  return (
    <p class="preview cut">
      {texts.workbench.tooLong(length - limit)} <del>{cut}</del>
    </p>
  )
}
