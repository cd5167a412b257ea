/** Length and cut of a caption by a platform's rules, computed with the server's own code. */
import { lengthOf } from '../../../workflow/captions/counting.ts'
import { fitCaption } from '../../../workflow/captions/fit.ts'
import { hashtagsOf } from '../../../workflow/captions/hashtags.ts'
import type { PlatformRules } from '../admin-api.ts'

export interface CaptionFacts {
  /** Length in the platform's unit, after reductions and before the cut. */
  length: number
  hashtags: number
  /** Text that the platform's limit cuts off; empty if the caption fits. */
  cut: string
  /** Text that would be published. */
  sent: string
}

export function captionFacts(caption: string, rules: PlatformRules, hashtagString: string): CaptionFacts {
  const { max_length: maxLength, unit, max_hashtags: maxHashtags, plain } = rules
  const { max_bytes: maxBytes, url_length: urlLength } = rules
  // Only the AI reads the style.
  const limits = {
    ...{ maxLength, unit, maxHashtags, plain, style: '' },
    ...(maxBytes && { maxBytes }),
    ...(urlLength && { urlLength }),
  }
  const endless = { maxLength: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY }
  const whole = fitCaption(caption, { ...limits, ...endless })
  const fitting = fitCaption(caption, limits)
  const kept = fitting.replace(plain ? /\.\.\.$/ : /…$/, '')
  return {
    length: lengthOf(whole, limits),
    hashtags: hashtagsOf(caption).length,
    cut: fitting === whole ? '' : whole.slice(kept.length).trim(),
    sent: fitCaption(caption, limits, hashtagString),
  }
}
