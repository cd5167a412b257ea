/** Status of a photo on each platform. Sources in order of precedence: this page's attempt, a dry run, the server's ledger. */
import type { Photo, Publication } from '../../gallery/gallery-api.ts'
import { texts } from '../../texts.ts'
import type { ChannelName, PlatformOutcome } from '../admin-api.ts'
import { titleOf } from './channel-title.ts'

export type Standing = Omit<Publication, 'platform'>

type Results = Readonly<Record<ChannelName, PlatformOutcome>>

/** Results of this page's attempts and dry runs. */
export interface Attempts {
  outcomes: Results
  previews: Results
}

const labels = texts.workbench

/** Returns the status on this platform; `null` if the page knows of no attempt. */
export function standingOf(
  { outcomes, previews }: Attempts,
  photo: Photo,
  platform: ChannelName,
): Standing | null {
  const outcome = outcomes[platform]
  const preview = previews[platform]
  const known = photo.publications?.find((publication) => publication.platform === platform) ?? null
  const attempt = outcome ? standingIn(outcome) : null
  // The concurrent attempt has succeeded since.
  if (attempt?.status === 'in_progress' && known?.status === 'published') return known
  if (attempt) return attempt
  if (!preview) return known
  // A clear dry run is newer than the ledger, but does not report failures.
  return standingIn(preview) ?? (known?.status === 'in_progress' ? null : known)
}

/** Removes results of attempts still under way, so that the page asks the server instead. */
export function withoutUnderWay(outcomes: Results): Results {
  const settled = Object.entries(outcomes).filter(
    ([, outcome]) => standingIn(outcome)?.status !== 'in_progress',
  )
  return Object.fromEntries(settled)
}

/** Returns the most urgent status among the results; `published` without results. */
export function worstOf(outcomes: Results): Standing['status'] {
  const standings = Object.values(outcomes).map(standingIn)
  return standings.sort((one, other) => rankOf(one) - rankOf(other))[0]?.status ?? 'published'
}

/** True if a result needs an admin's attention. An attempt still under way does not. */
export function needsPerson(outcomes: Results): boolean {
  return ['failed', 'unknown'].includes(worstOf(outcomes))
}

/** Returns the status of a result; `null` for a dry run without obstacles. */
function standingIn(outcome: PlatformOutcome): Standing | null {
  const { success, skipped, standing, type, code, url, published_at: at, error, retract, correct } = outcome
  const rest = { type, at: at ?? null, post_url: url ?? null, error: error ?? null }
  const found = skipped === 'dry_run' ? standing : skipped
  if (found === 'duplicate' || (success && found === undefined))
    return { status: 'published', ...rest, ...(retract && { retract }), ...(correct && { correct }) }
  if (found === 'in_progress') return { status: found, ...rest }
  if (found === 'unknown' || code === 'publish_outcome_unknown') return { status: 'unknown', ...rest }
  return skipped === 'dry_run' ? null : { status: 'failed', ...rest }
}

export const isPublished = (standing: Standing | null) => standing?.status === 'published'

/** True for a post that is out, or was taken back. */
export const wasOut = (standing: Standing | null) => isPublished(standing) || standing?.status === 'retracted'

/** True if publishing may be tried without confirmation. An unknown outcome needs an admin's confirmation. */
export function isSendable(standing: Standing | null): boolean {
  return standing === null || standing.status === 'failed' || standing.status === 'retracted'
}

/** Returns the photo's publications with these results, in case the server does not answer. */
export function withResults({ publications = [] }: Photo, results: Results): Publication[] {
  const found = Object.entries(results).flatMap(([platform, outcome]): Publication[] => {
    const standing = standingIn(outcome)
    return standing ? [{ platform, ...standing }] : []
  })
  const isOther = ({ platform }: Publication) => !found.some((each) => each.platform === platform)
  return [...publications.filter(isOther), ...found]
}

/** Order of display: failures first, because they need an admin. */
const ranks: Readonly<Record<Standing['status'], number>> = {
  failed: 0,
  unknown: 1,
  in_progress: 2,
  published: 3,
  retracted: 4,
}

export function rankOf(standing: Standing | null): number {
  return standing ? ranks[standing.status] : 5
}

/** Formats the time of a post in this device's time zone. Empty if the time is unknown. */
export function momentOf(at: string | null): string {
  const time = Date.parse(at ?? '')
  return Number.isNaN(time) ? '' : labels.moment(new Date(time))
}

/** Summarizes results, such as 'Published to FetLife. Telegram failed.' Empty without attempts. */
export function headlineOf(outcomes: Results): string {
  const all = Object.entries(outcomes).filter(([, { skipped }]) => skipped !== 'dry_run')
  const namesOf = (isMeant: (outcome: PlatformOutcome, standing: Standing | null) => boolean) =>
    all.filter(([, outcome]) => isMeant(outcome, standingIn(outcome))).map(([platform]) => titleOf(platform))
  const headline = {
    sent: namesOf(({ success, skipped }) => success && !skipped),
    already: namesOf(({ skipped }) => skipped === 'duplicate'),
    failed: namesOf((_, standing) => standing?.status === 'failed'),
    unknown: namesOf((_, standing) => standing?.status === 'unknown'),
    underWay: namesOf((_, standing) => standing?.status === 'in_progress'),
  }
  // A duplicate found after lost work may be the post that this work sent.
  const isNothingSent =
    all.length > 0 && all.every(([, { skipped, standing }]) => skipped === 'duplicate' && !standing)
  return `${labels.headline(headline)}${isNothingSent ? ` ${labels.nothingSent}` : ''}`
}
