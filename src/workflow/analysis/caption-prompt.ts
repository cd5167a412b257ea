/** Builds the prompts for captions: what is to be seen, the platforms with their limits, the tenant's voice. */
import type { CaptionRules } from '../../ports/publisher.ts'
import { roomBeside } from '../captions/compose.ts'
import { hashtagsOf } from '../captions/hashtags.ts'
import { clean } from './clean.ts'
import { asData, dataRule } from './prompts.ts'
import type { Seen } from './vision.ts'

/** The part of the tenant's configuration that decides about voice and hashtags. */
export interface VoiceSettings {
  hashtag_string: string
  voice_profile: readonly string[]
  smart_hashtags_enabled: boolean
  voice_matching_enabled: boolean
}

/** A text to write: for a platform, a channel, or for no particular platform. */
export interface WantedCaption {
  name: string
  captionRules: CaptionRules
}

/** Upper bound on the hashtags to ask for. More look like advertising. */
const maxAsked = 8
/** Characters to leave for each of these hashtags. */
const perHashtag = 14

/** Returns how many hashtags the AI is asked for, beside those of the tenant. */
export function askedHashtags({ maxHashtags }: CaptionRules, settings: VoiceSettings): number {
  if (!settings.smart_hashtags_enabled) return 0
  return Math.max(0, Math.min(maxHashtags - hashtagsOf(settings.hashtag_string).length, maxAsked))
}

/** Returns a line for each platform: style, length and hashtags. */
export function platformLines(wanted: readonly WantedCaption[], settings: VoiceSettings): string {
  const lines = wanted.map(({ name, captionRules }) => {
    const asked = askedHashtags(captionRules, settings)
    const hashtags = asked === 0 ? 'No hashtags.' : `List up to ${asked} hashtags in "hashtags".`
    return `- "${name}": ${captionRules.style} ${lengthRule(captionRules, roomFor(captionRules, settings))} ${hashtags}`
  })
  return lines.join('\n')
}

/** Returns the rule for a text of at most `room` characters, in words if the platform's rules count words. */
export function lengthRule({ words, maxLength }: CaptionRules, room: number = maxLength): string {
  if (words === undefined) return `At most ${room} characters.`
  return `At most ${Math.max(1, Math.floor((words * room) / maxLength))} words.`
}

/** Returns the part of a platform's length that remains beside hashtags, at least half. */
function roomFor(rules: CaptionRules, settings: VoiceSettings): number {
  const own = hashtagsOf(settings.hashtag_string).slice(0, rules.maxHashtags)
  const beside = roomBeside(own, rules).maxLength - perHashtag * askedHashtags(rules, settings)
  return Math.max(beside, Math.ceil(rules.maxLength / 2))
}

/** Returns the paragraph about hashtags; none if no platform has room for any. */
export function hashtagParagraphs(wanted: readonly WantedCaption[], settings: VoiceSettings): string[] {
  if (wanted.every(({ captionRules }) => askedHashtags(captionRules, settings) === 0)) return []
  const own = hashtagsOf(settings.hashtag_string)
  return [
    'Hashtags: only in "hashtags", never in a caption. Each is one word or several joined, in lower case. Name what this photo shows, the most specific first; no advertising such as #love or #photooftheday.',
    ...(own.length > 0
      ? [`These hashtags are added anyway; do not repeat them:\n${listed('own_hashtags', own)}`]
      : []),
  ]
}

/** Returns the paragraph with the tenant's voice; none without a voice profile. */
export function voiceParagraphs(settings: VoiceSettings): string[] {
  const voice = settings.voice_matching_enabled ? settings.voice_profile : []
  if (voice.length === 0) return []
  return [`Keep the tone of these captions by the photographer:\n${listed('voice_profile', voice)}`]
}

/** Returns the paragraph with captions whose wording the AI should not repeat; none without such captions. */
export function recentParagraphs(recent: readonly string[]): string[] {
  if (recent.length === 0) return []
  return [`Do not repeat the wording of these recent captions:\n${listed('recent_captions', recent)}`]
}

/** Returns the description of the photo as data. */
export function factsOf(seen: Seen): string {
  const { alt_text, safety_labels, ...facts } = seen
  return `What is to be seen:\n${asData('photo', facts)}`
}

/** Returns the system prompt with the rule about data, which a tenant's own prompt does not replace. */
export function withDataRule(system: string): string {
  return `${system}\n\n${dataRule}`
}

function listed(name: string, texts: readonly string[]): string {
  return asData(
    name,
    texts.map((text) => clean(text)),
  )
}
