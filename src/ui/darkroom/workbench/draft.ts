/** Draft of a photo's captions, with the work under way and its results. */
import type { Rating } from '../../../contract/rating.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import type { ApiProblem } from '../../problem.ts'
import type { ChannelName, PlatformOutcome, PlatformRules, Stage, VariantKind } from '../admin-api.ts'
import { effectOf } from './rating-effect.ts'
import { standingOf, wasOut } from './standing.ts'

export type ByPlatform<T> = Readonly<Record<ChannelName, T>>
export type WorkKind =
  | 'analyze'
  | 'save'
  | 'preview'
  | 'publish'
  | 'check'
  | 'delete'
  | ChangeKind
  | VariantKind
type ChangeKind = 'retract' | 'correct'

/** Result of the last change of a post. */
export interface PostChange {
  kind: ChangeKind
  success: boolean
  /** Reason of the channel. */
  error?: string
  /** Problem of the whole request. */
  problem?: ApiProblem
}

export interface Draft {
  /** Typed captions. A missing platform has its saved caption. */
  captions: ByPlatform<string>
  /** Typed alt text; `null` without changes. */
  altText: string | null
  chosen: ByPlatform<boolean>
  /** Results of the server's dry run. */
  previews: ByPlatform<PlatformOutcome>
  outcomes: ByPlatform<PlatformOutcome>
  /** Results of taking posts back and of correcting them. */
  changes: ByPlatform<PostChange>
  /** The server's warnings about steps after publishing, such as a failed move to the archive. */
  warnings: readonly string[]
  /** Name in the archive after the move. A photo with the old name in the inbox is another photo. */
  archivedAs: string | null
  /** Work under way, with the stages that the server has named so far. */
  work: { kind: WorkKind; stages: readonly Stage[] } | null
  failure: { during: WorkKind; problem: ApiProblem } | null
  /** Rating that could not be saved. */
  notRated: { rating: Rating; problem: ApiProblem } | null
  /** Typed captions that the AI or a variant replaced. */
  replaced: ByPlatform<string> | null
  done: 'saved' | 'written' | null
}

export const emptyDraft: Draft = {
  captions: {},
  altText: null,
  chosen: {},
  previews: {},
  outcomes: {},
  changes: {},
  warnings: [],
  archivedAs: null,
  work: null,
  failure: null,
  notRated: null,
  replaced: null,
  done: null,
}

/**
 * Returns a key of content and name, because different photos may have the same name over time. The digest may become known during a
 * visit, so it counts only where an older process answers without a version.
 */
export function keyOf({ version, sha256, filename }: Photo): string {
  return `${version ?? sha256}/${filename}`
}

/** Returns the caption that the server would send to this platform. */
export function savedCaption({ captions, caption }: Photo, platform: string): string {
  // The answer for visitors has only the photo's main caption.
  return (captions ? captions.by_platform[platform] : caption) ?? ''
}

export function savedAltText({ alt_text }: Photo): string {
  return alt_text?.trim() ?? ''
}

/** True for a photo with a caption. An empty caption that a person saved counts; a training prompt does not. */
export function hasCaption({ captions }: Photo): boolean {
  const source = captions?.source ?? null
  return source !== null && source !== 'training'
}

/** True if a person wrote the caption. The AI does not replace it on the server. */
export function isPersons({ captions }: Photo): boolean {
  return captions?.source === 'person'
}

export function captionOf(draft: Draft, photo: Photo, platform: ChannelName): string {
  return draft.captions[platform] ?? savedCaption(photo, platform)
}

export function altTextOf(draft: Draft, photo: Photo): string {
  return draft.altText ?? savedAltText(photo)
}

/** Returns the texts to save, or `null` if all are saved. An emptied caption is saved as empty. */
export function unsavedCaptions(draft: Draft, photo: Photo, rules: readonly PlatformRules[]) {
  const all = rules.map(({ platform }) => ({ platform, text: orEmpty(captionOf(draft, photo, platform)) }))
  const isChanged = all.some(({ platform, text }) => text !== savedCaption(photo, platform))
  const altText = altTextOf(draft, photo)
  const isDescribed = altText.trim() !== savedAltText(photo)
  if (!isChanged && !isDescribed) return null
  return {
    // All platforms: once a person's captions exist, the server ignores those of the AI.
    ...(isChanged && {
      captions: Object.fromEntries(all.map(({ platform, text }) => [platform, text])),
    }),
    ...(isDescribed && { alt_text: altText }),
  }
}

/** Turns a text of only blanks into the empty string. */
export function orEmpty(text: string): string {
  return text.trim() === '' ? '' : text
}

/**
 * Returns the chosen platforms; by default those chosen last time that never had the photo. Leaves out platforms that refuse the photo's
 * rating.
 */
export function chosenOf(
  draft: Draft,
  photo: Photo,
  rules: readonly PlatformRules[],
  usual: ByPlatform<boolean>,
): ChannelName[] {
  return rules
    .filter((channel) => !effectOf(channel, photo).refusal)
    .map(({ platform }) => platform)
    .filter(
      (platform) =>
        draft.chosen[platform] ?? (!wasOut(standingOf(draft, photo, platform)) && (usual[platform] ?? true)),
    )
}

/** True while other work has to wait. A preview does not count, because other work cancels it. */
export function isHeldUp({ work }: Draft): boolean {
  return work !== null && work.kind !== 'preview'
}

/** True if every attempted platform has the photo. */
export function isEverywhere({ outcomes }: Pick<Draft, 'outcomes'>): boolean {
  return Object.values(outcomes).every(({ success }) => success)
}
