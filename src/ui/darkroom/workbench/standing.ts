/** Standing of a photo on each platform: from this page's own attempt, else from a dry run, else from the server's ledger. */
import type { Photo } from '../../gallery/gallery-api.ts'
import { texts } from '../../texts.ts'
import type { PlatformName, PlatformOutcome } from '../admin-api.ts'

export type Publication = NonNullable<Photo['publications']>[number]
export type Standing = Omit<Publication, 'platform'>

type Results = Partial<Record<PlatformName, PlatformOutcome>>

/** Results of this page's attempts, and of dry runs. */
export interface Attempts {
  outcomes: Results
  previews: Results
}

const labels = texts.workbench

/** `null` where nothing was ever sent there, as far as the page knows. */
export function standingOf(
  { outcomes, previews }: Attempts,
  photo: Photo,
  platform: PlatformName,
): Standing | null {
  const outcome = outcomes[platform]
  const preview = previews[platform]
  const known = photo.publications?.find((publication) => publication.platform === platform) ?? null
  const attempt = outcome ? standingIn(outcome) : null
  // The other attempt has ended well since.
  if (attempt?.status === 'in_progress' && known?.status === 'published') return known
  if (attempt) return attempt
  if (!preview) return known
  // A dry run that finds nothing in the way is younger than the ledger, but keeps silent about failures.
  return standingIn(preview) ?? (known?.status === 'in_progress' ? null : known)
}

/** Results without those that can change at any moment, so that the server is asked instead. */
export function withoutUnderWay(outcomes: Results): Results {
  const settled = Object.entries(outcomes).filter(
    ([, outcome]) => standingIn(outcome)?.status !== 'in_progress',
  )
  return Object.fromEntries(settled)
}

/** Gives the status among the results that needs a person most; `published` where nothing else is. */
export function worstOf(outcomes: Results): Standing['status'] {
  const standings = Object.values(outcomes).map(standingIn)
  return standings.sort((one, other) => rankOf(one) - rankOf(other))[0]?.status ?? 'published'
}

/** True when a person has to look: an attempt that is still under way asks nothing of them. */
export function needsPerson(outcomes: Results): boolean {
  return ['failed', 'unknown'].includes(worstOf(outcomes))
}

/** `null` for a dry run that found nothing in the way. */
function standingIn(outcome: PlatformOutcome): Standing | null {
  const { success, skipped, standing, code, url, published_at: at, error } = outcome
  const rest = { at: at ?? null, post_url: url ?? null, error: error ?? null }
  const found = skipped === 'dry_run' ? standing : skipped
  if (found === 'duplicate' || (success && found === undefined)) return { status: 'published', ...rest }
  if (found === 'in_progress') return { status: found, ...rest }
  if (found === 'unknown' || code === 'publish_outcome_unknown') return { status: 'unknown', ...rest }
  return skipped === 'dry_run' ? null : { status: 'failed', ...rest }
}

export const isPublished = (standing: Standing | null) => standing?.status === 'published'

/** True when sending now may reach the platform. The unknown is sent again only on a person's word. */
export function isSendable(standing: Standing | null): boolean {
  return standing === null || standing.status === 'failed'
}

/** Ledger of the photo with these results in it, for where the server cannot be asked again. */
export function withResults({ publications = [] }: Photo, results: Results): Publication[] {
  const found = Object.entries(results).flatMap(([platform, outcome]): Publication[] => {
    const standing = standingIn(outcome)
    return standing ? [{ platform: platform as PlatformName, ...standing }] : []
  })
  const isOther = ({ platform }: Publication) => !found.some((each) => each.platform === platform)
  return [...publications.filter(isOther), ...found]
}

/** Failures first: they wait for a person. */
const ranks: Readonly<Record<Standing['status'], number>> = {
  failed: 0,
  unknown: 1,
  in_progress: 2,
  published: 3,
}

export function rankOf(standing: Standing | null): number {
  return standing ? ranks[standing.status] : 4
}

/** Date and time of a post, by this device's clock; empty where it is not known. */
export function momentOf(at: string | null): string {
  const time = Date.parse(at ?? '')
  return Number.isNaN(time) ? '' : labels.moment(new Date(time))
}

/** Results of publishing in one line, such as 'Published to FetLife. Telegram failed.' Empty where nothing was attempted. */
export function headlineOf(outcomes: Results): string {
  const all = Object.entries(outcomes).filter(([, { skipped }]) => skipped !== 'dry_run')
  const namesOf = (isMeant: (outcome: PlatformOutcome, standing: Standing | null) => boolean) =>
    all
      .filter(([, outcome]) => isMeant(outcome, standingIn(outcome)))
      .map(([platform]) => labels.platformNamed(platform))
  const headline = {
    sent: namesOf(({ success, skipped }) => success && !skipped),
    already: namesOf(({ skipped }) => skipped === 'duplicate'),
    failed: namesOf((_, standing) => standing?.status === 'failed'),
    unknown: namesOf((_, standing) => standing?.status === 'unknown'),
    underWay: namesOf((_, standing) => standing?.status === 'in_progress'),
  }
  // Duplicates that a look after lost work has found may be what that work had sent.
  const isNothingSent =
    all.length > 0 && all.every(([, { skipped, standing }]) => skipped === 'duplicate' && !standing)
  return `${labels.headline(headline)}${isNothingSent ? ` ${labels.nothingSent}` : ''}`
}
