/** A caption held against a platform's rules: the server's own code counts and cuts. */
import { lengthOf } from '../../../workflow/captions/cut.ts'
import { fitCaption } from '../../../workflow/captions/fit.ts'
import { hashtagsOf } from '../../../workflow/captions/hashtags.ts'
import type { PlatformRules } from '../admin-api.ts'

export interface CaptionFacts {
  /** In the platform's unit, after its reductions and before it is cut. */
  length: number
  hashtags: number
  /** What would be cut off; empty where all of it fits. */
  cut: string
  /** What would go out. */
  sent: string
}

export function captionFacts(caption: string, rules: PlatformRules, hashtagString: string): CaptionFacts {
  const { max_length: maxLength, unit, max_hashtags: maxHashtags, plain } = rules
  // The style is for the AI and does not matter here.
  const limits = { maxLength, unit, maxHashtags, plain, style: '' }
  const whole = fitCaption(caption, { ...limits, maxLength: Number.POSITIVE_INFINITY })
  const fitting = fitCaption(caption, limits)
  const kept = fitting.replace(plain ? /\.\.\.$/ : /…$/, '')
  return {
    length: lengthOf(whole, unit),
    hashtags: hashtagsOf(caption).length,
    cut: fitting === whole ? '' : whole.slice(kept.length).trim(),
    sent: fitCaption(caption, limits, hashtagString),
  }
}
