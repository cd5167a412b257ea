/** One photo's words while they are written, what is under way with them, and what became of it. */
import type { Photo } from '../../gallery/gallery-api.ts'
import type { ApiProblem } from '../../problem.ts'
import type { PlatformName, PlatformOutcome, PlatformRules, Stage } from '../admin-api.ts'
import { isPublished, standingOf } from './standing.ts'

export type ByPlatform<T> = Partial<Record<PlatformName, T>>
export type WorkKind = 'analyze' | 'save' | 'preview' | 'publish' | 'check' | 'delete'

export interface Draft {
  /** As the person has typed them; a platform that is missing has the words that are saved. */
  captions: ByPlatform<string>
  /** `null`: as it is saved. */
  altText: string | null
  chosen: ByPlatform<boolean>
  /** What would go out, as the server says. */
  previews: ByPlatform<PlatformOutcome>
  outcomes: ByPlatform<PlatformOutcome>
  /** What went wrong beside publishing, in the server's words. */
  warnings: readonly string[]
  /** Its name in the archive, once it lies there: what has its old name in the inbox is another photo. */
  archivedAs: string | null
  /** What is under way, with the stages that the server has named so far. */
  work: { kind: WorkKind; stages: readonly Stage[] } | null
  failure: { during: WorkKind; problem: ApiProblem } | null
  /** The words that the AI has written over. */
  replaced: ByPlatform<string> | null
  done: 'saved' | 'written' | null
}

export const emptyDraft: Draft = {
  captions: {},
  altText: null,
  chosen: {},
  previews: {},
  outcomes: {},
  warnings: [],
  archivedAs: null,
  work: null,
  failure: null,
  replaced: null,
  done: null,
}

/** Two photos of one name, one after the other, are two photos. */
export function keyOf({ sha256, filename }: Photo): string {
  return `${sha256}/${filename}`
}

/** Caption that the server would send to this platform: it names the source of a photo's words, the page does not guess. */
export function savedCaption({ captions, caption }: Photo, platform: string): string {
  // Visitors are told the photo's caption only.
  return (captions ? captions.by_platform[platform] : caption) ?? ''
}

export function savedAltText({ alt_text }: Photo): string {
  return alt_text?.trim() ?? ''
}

/** True for a photo with a caption, also an empty one of a person. A training prompt is not a caption. */
export function hasCaption({ captions }: Photo): boolean {
  const source = captions?.source ?? null
  return source !== null && source !== 'training'
}

/** True when a person wrote the caption: the AI does not replace it. */
export function isPersons({ captions }: Photo): boolean {
  return captions?.source === 'person'
}

export function captionOf(draft: Draft, photo: Photo, platform: PlatformName): string {
  return draft.captions[platform] ?? savedCaption(photo, platform)
}

export function altTextOf(draft: Draft, photo: Photo): string {
  return draft.altText ?? savedAltText(photo)
}

/** Words to save now, `null` where all are saved. An emptied caption is saved empty. */
export function unsavedCaptions(draft: Draft, photo: Photo, rules: readonly PlatformRules[]) {
  const all = rules.map(({ platform }) => ({ platform, text: orEmpty(captionOf(draft, photo, platform)) }))
  const isChanged = all.some(({ platform, text }) => text !== savedCaption(photo, platform))
  const altText = altTextOf(draft, photo)
  const isDescribed = altText.trim() !== savedAltText(photo)
  if (!isChanged && !isDescribed) return null
  return {
    // All of them: beside words of a person the server counts no other ones.
    ...(isChanged && {
      captions: Object.fromEntries(all.map(({ platform, text }) => [platform, text])),
    }),
    ...(isDescribed && { alt_text: altText }),
  }
}

/** Blanks alone are no words. */
export function orEmpty(text: string): string {
  return text.trim() === '' ? '' : text
}

/** The platforms that the photo would go to: those chosen, by default those chosen last time that have not got it. */
export function chosenOf(
  draft: Draft,
  photo: Photo,
  rules: readonly PlatformRules[],
  usual: ByPlatform<boolean>,
): PlatformName[] {
  return rules
    .map(({ platform }) => platform)
    .filter(
      (platform) =>
        draft.chosen[platform] ??
        (!isPublished(standingOf(draft, photo, platform)) && (usual[platform] ?? true)),
    )
}

/** Whether other work has to wait. A preview only asks, and gives way. */
export function isHeldUp({ work }: Draft): boolean {
  return work !== null && work.kind !== 'preview'
}

/** Whether all platforms that it was to go to have it. */
export function isEverywhere({ outcomes }: Pick<Draft, 'outcomes'>): boolean {
  return Object.values(outcomes).every(({ success }) => success)
}
