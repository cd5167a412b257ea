/** One photo's words while they are written, what is under way with them, and what became of it. */
import type { ApiProblem, Photo } from '../api.ts'
import type { PlatformName, PlatformOutcome, PlatformRules, Stage } from './admin-api.ts'
import { knownAltText, knownCaption } from './known-words.ts'

export type ByPlatform<T> = Partial<Record<PlatformName, T>>
export type WorkKind = 'analyze' | 'save' | 'preview' | 'publish' | 'look' | 'delete'

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

export function captionOf(draft: Draft, photo: Photo, platform: PlatformName): string {
  return draft.captions[platform] ?? knownCaption(photo, platform)
}

export function altTextOf(draft: Draft, photo: Photo): string {
  return draft.altText ?? knownAltText(photo)
}

/** What would be saved now; `null` where everything is. An empty caption is one for publishing only. */
export function unsavedWords(draft: Draft, photo: Photo, rules: readonly PlatformRules[]) {
  const all = rules.map(({ platform }) => ({ platform, text: captionOf(draft, photo, platform) }))
  const isChanged = all.some(
    ({ platform, text }) => text.trim() !== '' && text !== knownCaption(photo, platform),
  )
  const altText = altTextOf(draft, photo)
  const isDescribed = altText.trim() !== knownAltText(photo)
  if (!isChanged && !isDescribed) return null
  return {
    // All of them: beside words of a person the server counts no other ones.
    ...(isChanged && {
      captions: Object.fromEntries(
        all.filter(({ text }) => text.trim() !== '').map(({ platform, text }) => [platform, text]),
      ),
    }),
    ...(isDescribed && { alt_text: altText }),
  }
}

/** The platforms that the photo would go to: those chosen, by default those chosen last time that have not got it. */
export function chosenOf(
  { chosen, outcomes }: Draft,
  rules: readonly PlatformRules[],
  usual: ByPlatform<boolean>,
): PlatformName[] {
  return rules
    .map(({ platform }) => platform)
    .filter(
      (platform) => chosen[platform] ?? (outcomes[platform]?.success !== true && (usual[platform] ?? true)),
    )
}

/** Whether other work has to wait. A preview only asks, and gives way. */
export function isHeldUp({ work }: Draft): boolean {
  return work !== null && work.kind !== 'preview'
}

/** Whether all platforms that it was to go to have it. */
export function isEverywhere({ outcomes }: Draft): boolean {
  return Object.values(outcomes).every(({ success }) => success)
}

/** Nobody knows whether it got through: only a person who has looked may say so. */
export function isUnknown(outcome: PlatformOutcome | undefined): boolean {
  return outcome?.skipped === 'unknown' || outcome?.code === 'publish_outcome_unknown'
}
