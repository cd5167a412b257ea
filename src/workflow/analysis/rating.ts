/** Rating by the words of the vision model. A doubtful word counts for the stronger rating. */
import { isAtLeast, type Rating } from '../../contract/rating.ts'
import type { Seen } from './vision.ts'

/** Words about a sexual act, arousal, or a close view of genitals. */
const explicitWords =
  /\b(?:explicit|porn\w*|hardcore|intercourse|penetrat\w*|masturbat\w*|fellatio|cunnilingus|blowjob|handjob|orgasm\w*|ejaculat\w*|semen|erection|erect|arous(?:al|ed)|dildo|vibrator|sex toys?|(?:oral|anal|having|group) sex|sex(?:ual)? (?:acts?|activity)|close[ -]?ups? (?:view )?of (?:the )?genital\w*|genital\w* close[ -]?ups?|spread (?:legs|labia))\b/

/** Words about visible nipples, buttocks or genitals. */
const nudityWords =
  /\b(?:nud(?:e|es|ity|ism)|naked\w*|topless|bottomless|undressed|nipples?|areolae?|genitals?|genitalia|vulva|vagina|labia|penis|testicles|scrotum|pubic|anus|buttocks?|full[ -]frontal|(?:bare|exposed|visible|uncovered) (?:breasts?|chest|bottom|butt)|breasts? (?:exposed|visible))\b/

/** Words about covered bodies that are meant to be erotic, and about fetish. */
const suggestiveWords =
  /\b(?:suggestive|implied|implicit|partially (?:covered|dressed)|lingerie|underwear|bikini|cleavage|see[ -]through|sheer|revealing|sensual\w*|seductive|provocative|erotic\w*|sexual\w*|sexy|fetish\w*|kink\w*|bdsm|bondage|shibari|kinbaku|rope|restrain\w*|latex|corset|adult (?:content|themes?)|mature (?:content|themes?)|nsfw)\b/

/** Nudity that the photo does not show. */
const impliedNudity = /\b(?:implied|implicit|suggested) (?:nud\w+|naked\w*)/g

/** A label that denies, such as `no nudity or sexual content`. */
const denial = /^(?:no|not|none|without|absence of|free of)\b/

/** A denied word within a label, such as `non-sexual nudity`. */
const deniedWord = /\bnon[ -]?(?:sexual|explicit|erotic|nude)\w*/g

/** Returns the strongest rating that a label or `nsfw` stands for. `nsfw` alone means nudity. */
export function ratingFromAnalysis({ nsfw, safety_labels }: Pick<Seen, 'nsfw' | 'safety_labels'>): Rating {
  return safety_labels
    .flatMap((label) => label.toLowerCase().replaceAll('_', ' ').split(/[,;/]/))
    .map((label) => label.trim())
    .filter((label) => !denial.test(label))
    .map((label) => ratingOfLabel(label.replace(deniedWord, '')))
    .reduce(stronger, nsfw ? 'nudity' : 'general')
}

function ratingOfLabel(label: string): Rating {
  if (explicitWords.test(label)) return 'explicit'
  if (nudityWords.test(label.replace(impliedNudity, ''))) return 'nudity'
  return suggestiveWords.test(label) ? 'suggestive' : 'general'
}

function stronger(one: Rating, other: Rating): Rating {
  return isAtLeast(one, other) ? one : other
}
